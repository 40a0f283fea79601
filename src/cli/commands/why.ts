import { why } from '../../app/why.ts'
import { exitCodes, Problem } from '../../core/problem.ts'
import type { Command } from '../command.ts'
import { parse } from '../options.ts'

const command: Command = {
  usage: `Usage: picoclaw why [TURN] [--json]

Why an answer is as it is: the models that were asked and why they did not answer, the one that did, the tools with what they were
given and what came back, tokens, cost and where the price is from, the memory it rested on, what a person allowed.

TURN   the id of a turn or the beginning of it; without one the last turn
`,
  async run(args, io) {
    const { values, positionals } = parse(args, { json: { type: 'boolean' } }, true)
    const [turn, ...more] = positionals
    if (more.length > 0)
      throw new Problem('why takes one turn.', { mend: 'See "picoclaw help why".', exitCode: exitCodes.usage })
    const { facts, text } = await why({ redactor: io.redactor, write: (line) => io.stderr.write(line) }, turn)
    io.stdout.write(values.json ? `${JSON.stringify(facts)}\n` : `${text}\n`)
    return exitCodes.ok
  },
}
export default command
