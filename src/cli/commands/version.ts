import { version } from '../../app/version.ts'
import type { Command } from '../command.ts'
import { parse } from '../options.ts'

const command: Command = {
  usage: `Usage: picoclaw version [--json]

Prints the version of picoclaw and of the Node that runs it.
`,
  async run(args, io) {
    const { values } = parse(args, { json: { type: 'boolean' } })
    const facts = { version, node: process.versions.node, platform: `${process.platform} ${process.arch}` }
    io.stdout.write(
      values.json ? `${JSON.stringify(facts)}\n` : `picoclaw ${facts.version}\nNode ${facts.node}, ${facts.platform}\n`,
    )
    return 0
  },
}
export default command
