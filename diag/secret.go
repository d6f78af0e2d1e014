package diag

// SecretWords is a regular expression that finds, in the name of a key, the
// words by which people call secrets. A message never shows the value of such a
// key, as it never shows the values of a Secret.
const SecretWords = `(?i:passw|passphrase|pwd|secret|token|credential|private|api[-_]?key|access[-_]?key)`
