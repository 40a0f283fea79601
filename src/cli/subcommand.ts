import { exitCodes, Problem } from '../core/problem.ts'
import { nearest } from '../kit/nearest.ts'

/** The action that the first word names, `list` where there is none, and the arguments behind it. A Problem for an unknown word. */
export function subcommand<Action>(
  command: string,
  actions: Readonly<Record<string, Action>>,
  args: readonly string[],
): { readonly action: Action; readonly rest: readonly string[] } {
  const [word = 'list', ...rest] = args[0]?.startsWith('-') ? ['list', ...args] : args
  const action = Object.hasOwn(actions, word) ? actions[word] : undefined
  if (action === undefined) throw unknownWord(command, word, Object.keys(actions))
  return { action, rest }
}

/** What to say when a command does not know a word; empty: none was given. */
export function unknownWord(command: string, word: string, known: readonly string[]): Problem {
  const close = nearest(word, known)
  return new Problem(word === '' ? `${command} takes a word.` : `${command} has no "${word}".`, {
    mend: close ? `Did you mean "picoclaw ${command} ${close}"?` : `See "picoclaw help ${command}".`,
    exitCode: exitCodes.usage,
  })
}
