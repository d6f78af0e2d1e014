// Command etcd is the store behind the API server of the tests: etcd's own
// server, linked from its module, because etcd's root module cannot be
// installed with "go install" (it carries replace directives).
package main

import (
	"os"

	"go.etcd.io/etcd/server/v3/etcdmain"
)

func main() {
	etcdmain.Main(os.Args)
}
