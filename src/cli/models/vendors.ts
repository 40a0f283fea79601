import { exitCodes } from '../../core/problem.ts'
import { vendorList } from '../../app/models.ts'
import type { Io } from '../io.ts'
import { parse } from '../options.ts'
import { table } from '../table.ts'

/** `models vendors` */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const { values } = parse(args, { json: { type: 'boolean' } })
  const vendors = vendorList()
  io.stdout.write(
    values.json
      ? `${JSON.stringify({ vendors })}\n`
      : table(
          ['vendor', 'name', 'base', 'protocol', 'key'],
          vendors.map(({ id, label, base, protocol, ready, keyEnv, keyless }) => [
            id,
            label,
            base ?? '–',
            ready ? protocol : `${protocol} (not built yet)`,
            keyEnv[0] ?? (keyless ? 'none needed' : '–'),
          ]),
        ),
  )
  return exitCodes.ok
}
