import { startGateway } from '../../app/gateway/gateway.ts'
import { gatewayStatus, reloadGateway } from '../../app/gateway/control.ts'
import { exitCodes, Problem } from '../../core/problem.ts'
import type { Command } from '../command.ts'
import { run as aside } from '../gateway/aside.ts'
import { install, uninstall } from '../gateway/service.ts'
import { statusText } from '../gateway/status.ts'
import type { Io } from '../io.ts'
import { parse } from '../options.ts'

const command: Command = {
  usage: `Usage: picoclaw gateway [options]             runs until Ctrl-C: channels, schedule, HTTP
       picoclaw gateway status [--json]     is one running, and is it well
       picoclaw gateway reload              the running one reads its configuration again
       picoclaw gateway aside [--json]      messages set aside after crashes; "aside retry ID" begins one anew,
                                            "aside drop ID" forgets it
       picoclaw gateway install [--print]   a service of your session that keeps it running (systemd, launchd)
                                            --env copies the variables that it needs from this shell into .env
       picoclaw gateway uninstall

  -p, --port N       HTTP port instead of gateway.port (0 takes a free one)
      --host ADDR    HTTP address instead of gateway.host
      --no-safe      go on as usual although the last starts ended uncleanly
  -d, --debug        tell everything in the log (stderr, JSON lines)

Exit code: 0 ended as asked, 1 could not start, 4 wrong configuration.
`,
  async run(args, io) {
    const { values, positionals } = parse(
      args,
      {
        port: { type: 'string', short: 'p' },
        host: { type: 'string' },
        debug: { type: 'boolean', short: 'd' },
        'no-safe': { type: 'boolean' },
        json: { type: 'boolean' },
        print: { type: 'boolean' },
        env: { type: 'boolean' },
      },
      true,
    )
    const options = { redactor: io.redactor, write: (text: string) => io.stderr.write(text) }
    const [action = 'run', ...rest] = positionals
    if (action === 'aside') return aside(rest, values.json ?? false, io)
    if (rest.length > 0) throw usage(`"${rest.join(' ')}" is too much.`)
    switch (action) {
      case 'run':
        return serve(io, { ...options, ...startOptions(values) })
      case 'status': {
        const status = await gatewayStatus(options)
        io.stdout.write(values.json ? `${JSON.stringify(status)}\n` : statusText(status))
        return status.running ? exitCodes.ok : exitCodes.failed
      }
      case 'reload':
        await reloadGateway(options)
        io.stdout.write('The gateway has read its configuration again.\n')
        return exitCodes.ok
      case 'install':
        return install(io, { print: values.print ?? false, copy: values.env ?? false })
      case 'uninstall':
        return uninstall(io)
      default:
        throw usage(`There is no "picoclaw gateway ${action}".`)
    }
  },
}
export default command

/** So long a process that has ended its work may take to end by itself. */
const graceMs = 500

const usage = (what: string) => new Problem(what, { mend: 'See "picoclaw help gateway".', exitCode: exitCodes.usage })

interface StartValues {
  readonly port?: string | undefined
  readonly host?: string | undefined
  readonly debug?: boolean | undefined
  readonly 'no-safe'?: boolean | undefined
}

function startOptions({ port, host, debug = false, 'no-safe': bold = false }: StartValues) {
  return { debug, bold, ...(host !== undefined && { host }), ...(port !== undefined && { port: portOf(port) }) }
}

function portOf(text: string): number {
  const port = Number(text)
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port
  throw usage(`${text} is no port.`)
}

async function serve(io: Io, options: Parameters<typeof startGateway>[0]): Promise<number> {
  const ended = Promise.withResolvers<string>()
  const end = () => ended.resolve('')
  // Heard from the beginning: one that is told to end while it starts ends as it should, too.
  process.once('SIGTERM', end)
  using _interrupt = io.onInterrupt(end)
  try {
    const gateway = await startGateway(options)
    try {
      io.stdout.write(`${gateway.report().join('\n')}\nCtrl-C ends it.\n`)
      const why = await Promise.race([
        ended.promise,
        gateway.lost.then(() => 'Another gateway took this home over; this one ends.'),
      ])
      io.stdout.write(`${why === '' ? 'Ending; turns that run have 8 seconds.' : why}\n`)
      return why === '' ? exitCodes.ok : exitCodes.failed
    } finally {
      await gateway.stop()
      // A send that was left at the end must not keep the process.
      setTimeout(() => process.exit(), graceMs).unref()
    }
  } finally {
    process.off('SIGTERM', end)
  }
}
