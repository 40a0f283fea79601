import { resolve } from 'node:path'
import { type FolderImport, migrateSessions } from '../../app/migrate.ts'
import { exitCodes, Problem } from '../../core/problem.ts'
import type { Command } from '../command.ts'
import { parse } from '../options.ts'

const command: Command = {
  usage: `Usage: picoclaw migrate sessions [--from DIR] [--json]

Takes the conversations over that the original kept as files. The files stay as they are, and each is taken over only once.
A conversation that has gone on here keeps its own; what was before it is stored beside it.

      --from DIR   the folder to read (default: "sessions" in the workspace of each agent)
      --json       one JSON object

Exit code: 0 everything is here, 1 a file could not be read, 2 wrong command line.
`,
  async run(args, io) {
    const { values, positionals } = parse(args, { from: { type: 'string' }, json: { type: 'boolean' } }, true)
    if (positionals.length !== 1 || positionals[0] !== 'sessions')
      throw new Problem('migrate takes what is to be taken over: sessions.', {
        mend: 'Write "picoclaw migrate sessions". ("picoclaw config migrate" is for the configuration.)',
        exitCode: exitCodes.usage,
      })
    const folders = await migrateSessions(
      { redactor: io.redactor, write: (text) => io.stderr.write(text) },
      values.from === undefined ? undefined : resolve(values.from),
    )
    io.stdout.write(values.json ? `${JSON.stringify({ folders })}\n` : folders.map(shown).join(''))
    return folders.some(({ failed }) => failed.length > 0) ? exitCodes.failed : exitCodes.ok
  },
}
export default command

function shown({ folder, imported, known, failed }: FolderImport): string {
  if (imported.length + known.length + failed.length === 0) return `${folder}: there is no conversation.\n`
  const lines = [
    ...imported.map(({ session, messages }) => `✓ ${session}: ${messages} messages`),
    ...(known.length > 0 ? [`${known.length} were taken over before.`] : []),
    ...failed.map(({ file, why }) => `✗ ${file}: ${why}`),
  ]
  return `${folder}\n${lines.map((line) => `  ${line}\n`).join('')}`
}
