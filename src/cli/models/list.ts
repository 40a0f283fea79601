import { modelRows } from '../../app/models.ts'
import { openHouse } from '../../app/house.ts'
import { exitCodes } from '../../core/problem.ts'
import type { Io } from '../io.ts'
import { parse } from '../options.ts'
import { table } from '../table.ts'

/** `models list` */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const { values } = parse(args, { json: { type: 'boolean' } })
  const house = await openHouse({ write: (text) => io.stderr.write(text), debug: false, redactor: io.redactor })
  try {
    const models = await modelRows(house)
    if (values.json) {
      io.stdout.write(`${JSON.stringify({ default: house.current.sources.defaultModel, models })}\n`)
      return exitCodes.ok
    }
    io.stdout.write(
      table(
        ['', 'name', 'model', 'base', 'keys', 'from', 'state'],
        models.map((model) => [
          model.default ? '>' : '',
          model.name,
          `${model.vendor}/${model.model}`,
          model.base,
          model.keys === 0 ? '–' : String(model.keys),
          model.source,
          model.rests.length === 0
            ? 'ready'
            : model.rests.map((rest) => `rests until ${rest.until} (${rest.reason})`).join('; '),
        ]),
      ),
    )
    return exitCodes.ok
  } finally {
    await house.close()
  }
}
