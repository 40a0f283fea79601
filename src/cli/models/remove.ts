import { removeModel } from '../../app/edit-models.ts'
import { exitCodes, Problem } from '../../core/problem.ts'
import type { Io } from '../io.ts'
import { parse } from '../options.ts'

/** `models remove NAME` */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = parse(args, { json: { type: 'boolean' } }, true)
  const [name] = positionals
  if (name === undefined)
    throw new Problem('models remove takes a name.', { mend: 'See "picoclaw models list".', exitCode: exitCodes.usage })
  const rows = await removeModel(name)
  io.stdout.write(
    values.json
      ? `${JSON.stringify({ ok: true, name, rows })}\n`
      : `Removed ${name} (${rows} ${rows === 1 ? 'row' : 'rows'}).\n`,
  )
  return exitCodes.ok
}
