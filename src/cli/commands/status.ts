import { status } from '../../app/status.ts'
import { exitCodes } from '../../core/problem.ts'
import type { Command } from '../command.ts'
import { parse } from '../options.ts'

const command: Command = {
  usage: `Usage: picoclaw status [--json]

What is configured, what would answer, and what needs attention.
`,
  async run(args, io) {
    const { values } = parse(args, { json: { type: 'boolean' } })
    const facts = await status({ redactor: io.redactor })
    if (values.json) {
      io.stdout.write(`${JSON.stringify(facts)}\n`)
      return exitCodes.ok
    }
    const { config, home, workspace, model, models } = facts
    io.stdout.write(`picoclaw ${facts.version}

Config      ${config.path}${config.exists ? '' : ' (not there; defaults are used)'}
Home        ${home}
Workspace   ${workspace.path}${workspace.exists ? '' : ' (made at the first answer)'}
Model       ${model.name}${model.fallbacks.length > 0 ? `, then ${model.fallbacks.join(', ')}` : ''}
Models      ${models.count} from ${models.from.join(', ')}
`)
    for (const { name, kind, open } of facts.channels)
      io.stdout.write(`Channel     ${name}${name === kind ? '' : ` (${kind})`}: ${open}\n`)
    for (const { channel, person, name, count, why, line } of facts.refused)
      io.stdout.write(
        `\n! ${name} (${channel}:${person}) was turned away ${count === 1 ? 'once' : `${count} times`}: ${why}.${line ? ` To let them in: ${line}.` : ''}`,
      )
    for (const { at, text, mend } of facts.warnings)
      io.stdout.write(`\n! ${[at, text, mend].filter(Boolean).join(' ')}`)
    if (facts.warnings.length + facts.refused.length > 0) io.stdout.write('\n')
    return exitCodes.ok
  },
}
export default command
