import type { Environment } from './environment.ts'
import { faultOf } from './faults.ts'
import type { Known } from './known.ts'
import { Problem } from '../core/problem.ts'
import { expandVariables } from './variables.ts'
import { replaceScalars, type Path, type Scalar, type Table } from './tree.ts'
import { walk } from './walk.ts'

/** Looks up what a secret refers to (`file://`, `enc://`, `exec://`); undefined when the text is no such reference. */
export type Fetcher = (text: string) => Promise<string> | undefined

/**
 * Replaces every reference in the texts of a tree: variables anywhere, the rest where a secret may stand.
 * What was put in is not looked at again. `asked` learns the names of the variables. Returns one Problem for each reference that leads
 * nowhere.
 */
export async function resolveReferences(
  root: Table,
  schema: Known,
  environment: Environment,
  fetcher: Fetcher,
  asked: Set<string>,
): Promise<readonly Problem[]> {
  const problems: Problem[] = []
  const found = new Map<Scalar, Scalar>()
  for (const { tree, known, path } of walk(root, schema)) {
    if (tree.kind !== 'scalar' || typeof tree.value !== 'string') continue
    try {
      const fetched = known.hides === undefined ? undefined : fetcher(tree.value)
      const value = fetched === undefined ? expandVariables(tree.value, environment.vars, asked) : await fetched
      if (value !== tree.value) found.set(tree, { ...tree, value, referred: true })
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      problems.push(leadsNowhere(tree, path, error))
    }
  }
  replaceScalars(root, found)
  return problems
}

function leadsNowhere({ origin }: Scalar, path: Path, { message, detail }: Problem): Problem {
  return faultOf(origin, path, message, detail.mend ?? 'Mend the reference, or write the value itself.')
}
