import { dropAside, listAside, retryAside } from '../../app/gateway/aside.ts'
import { exitCodes, Problem } from '../../core/problem.ts'
import type { Io } from '../io.ts'
import { unknownWord } from '../subcommand.ts'
import { table } from '../table.ts'

/** `gateway aside [list | retry ID | drop ID]` */
export async function run([action = 'list', id, ...more]: readonly string[], json: boolean, io: Io): Promise<number> {
  const options = { redactor: io.redactor, write: (text: string) => io.stderr.write(text) }
  if (action === 'list') {
    const messages = await listAside(options)
    if (json) io.stdout.write(`${JSON.stringify(messages)}\n`)
    else if (messages.length === 0) io.stdout.write('Nothing is set aside.\n')
    else
      io.stdout.write(
        table(
          ['ID', 'CHANNEL', 'ARRIVED', 'FROM', 'TEXT', 'WHY'],
          messages.map((one) => [one.id, one.channel, new Date(one.at).toISOString(), one.from, one.text, one.why]),
        ),
      )
    return exitCodes.ok
  }
  if (action !== 'retry' && action !== 'drop') throw unknownWord('gateway aside', action, ['list', 'retry', 'drop'])
  if (id === undefined || more.length > 0)
    throw new Problem(`gateway aside ${action} takes one id.`, {
      mend: 'See "picoclaw gateway aside".',
      exitCode: exitCodes.usage,
    })
  if (action === 'drop') {
    await dropAside(options, id)
    io.stdout.write('It is forgotten.\n')
    return exitCodes.ok
  }
  const begun = await retryAside(options, id)
  io.stdout.write(
    begun
      ? 'The gateway has taken it up again.\n'
      : 'It is back in the inbox: the gateway takes it up at its next start.\n',
  )
  return exitCodes.ok
}
