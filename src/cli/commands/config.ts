import { checkConfig, configPath } from '../../app/config.ts'
import { exitCodes, Problem } from '../../core/problem.ts'
import type { Command } from '../command.ts'
import { parse } from '../options.ts'

const command: Command = {
  usage: `Usage: picoclaw config path [--json]
       picoclaw config check [--json]

path    prints where the configuration file is, whether it exists or not
check   reads it and tells every warning and error with its place; exit code 0 when it can be used, 4 when not
`,
  async run(args, io) {
    const { values, positionals } = parse(args, { json: { type: 'boolean' } }, true)
    switch (positionals[0]) {
      case 'path': {
        const path = configPath()
        io.stdout.write(values.json ? `${JSON.stringify({ path })}\n` : `${path}\n`)
        return exitCodes.ok
      }
      case 'check': {
        const { path, exists, warnings } = await checkConfig(io.redactor)
        if (values.json) io.stdout.write(`${JSON.stringify({ ok: true, path, exists, warnings })}\n`)
        else {
          for (const { at, text, mend } of warnings)
            io.stdout.write(`${at ?? path}: ${text}${mend === undefined ? '' : ` ${mend}`}\n`)
          io.stdout.write(exists ? `${path} can be used.\n` : `${path} does not exist; defaults are used.\n`)
        }
        return exitCodes.ok
      }
      default:
        throw new Problem('config takes "path" or "check".', {
          mend: 'See "picoclaw help config".',
          exitCode: exitCodes.usage,
        })
    }
  },
}
export default command
