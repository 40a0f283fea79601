import { defaultModel, setDefaultModel } from '../../app/edit-models.ts'
import { exitCodes } from '../../core/problem.ts'
import type { Io } from '../io.ts'
import { parse } from '../options.ts'

/** `models default [NAME]` */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = parse(args, { json: { type: 'boolean' } }, true)
  const [name] = positionals
  if (name !== undefined) await setDefaultModel(name)
  const current = name ?? (await defaultModel())
  if (values.json) io.stdout.write(`${JSON.stringify({ default: current ?? null })}\n`)
  else if (name !== undefined) io.stdout.write(`The default model is now ${name}.\n`)
  else
    io.stdout.write(
      current ? `${current}\n` : 'The configuration names no default model; the first of the list is asked.\n',
    )
  return exitCodes.ok
}
