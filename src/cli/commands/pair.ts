import { confirmPairing, listPairing, revokePairing } from '../../app/pairing.ts'
import { exitCodes, Problem } from '../../core/problem.ts'
import type { Command } from '../command.ts'
import { parse } from '../options.ts'
import { table } from '../table.ts'

const command: Command = {
  usage: `Usage: picoclaw pair CODE [--owner]
       picoclaw pair --list [--json]
       picoclaw pair --revoke CHANNEL:ID

Lets a person in who wrote to the bot and was told a code. Codes hold for one hour and work once.

  --owner    the person may also approve, confirm others and change things
  --list     who was let in, and who waits
  --revoke   takes it back
`,
  async run(args, io) {
    const { values, positionals } = parse(
      args,
      { owner: { type: 'boolean' }, list: { type: 'boolean' }, json: { type: 'boolean' }, revoke: { type: 'string' } },
      true,
    )
    const options = { redactor: io.redactor, write: (text: string) => io.stderr.write(text) }
    if (values.revoke !== undefined) {
      await revokePairing(options, values.revoke)
      io.stdout.write(`${values.revoke} is a stranger again.\n`)
      return exitCodes.ok
    }
    const [code, ...rest] = positionals
    if (values.list || code === undefined) {
      if (!values.list)
        throw new Problem('No code was given.', { mend: 'See "picoclaw pair --list".', exitCode: exitCodes.usage })
      const { members, pending } = await listPairing(options)
      if (values.json) io.stdout.write(`${JSON.stringify({ members, pending })}\n`)
      else if (members.length + pending.length === 0)
        io.stdout.write('Nobody was let in by a code, and nobody waits.\n')
      else
        io.stdout.write(
          table(
            ['CHANNEL', 'ID', 'NAME', 'STATE'],
            [
              ...members.map(({ channel, id, name, role }) => [channel, id, name, role]),
              ...pending.map(({ channel, id, name }) => [channel, id, name, 'waits for its code to be confirmed']),
            ],
          ),
        )
      return exitCodes.ok
    }
    if (rest.length > 0)
      throw new Problem('One code at a time.', { mend: 'A code has no blanks.', exitCode: exitCodes.usage })
    const { name, channel, role } = await confirmPairing(options, code, values.owner ?? false)
    io.stdout.write(`${name} on ${channel} may talk to picoclaw now${role === 'owner' ? ', as an owner' : ''}.\n`)
    return exitCodes.ok
  },
}
export default command
