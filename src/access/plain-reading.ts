/** Programs that, whatever they are told, change nothing. */
const readers: ReadonlySet<string> = new Set([
  'basename',
  'cat',
  'cmp',
  'cut',
  'df',
  'diff',
  'dirname',
  'du',
  'echo',
  'grep',
  'head',
  'ls',
  'md5sum',
  'nl',
  'pwd',
  'sha256sum',
  'stat',
  'tail',
  'tr',
  'true',
  'uname',
  'wc',
  'whoami',
])

/** No redirection, substitution, second command, escape or line end: what the shell makes of it is what stands there. */
const plain = /^[\w ./:=,@%+~|'"*?[\]-]*$/

/**
 * True when a shell command surely changes nothing: known readers joined by pipes, and nothing else. False says nothing: what a
 * program does cannot be told from its command line.
 */
export function readsOnly(command: string): boolean {
  if (!plain.test(command)) return false
  return command.split('|').every((part) => readers.has(part.trim().split(' ', 1)[0] ?? ''))
}
