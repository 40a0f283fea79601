import { spawnSync } from 'node:child_process'
import { startGateway } from '../../app/gateway/gateway.ts'
import { gatewayStatus, type GatewayStatus, plannedService, reloadGateway } from '../../app/gateway/control.ts'
import { removeService, writeService } from '../../app/gateway/service.ts'
import { exitCodes, Problem } from '../../core/problem.ts'
import type { Command } from '../command.ts'
import type { Io } from '../io.ts'
import { parse } from '../options.ts'

const command: Command = {
  usage: `Usage: picoclaw gateway [options]             runs until Ctrl-C: channels, schedule, HTTP
       picoclaw gateway status [--json]     is one running, and is it well
       picoclaw gateway reload              the running one reads its configuration again
       picoclaw gateway install [--print]   a service of your session that keeps it running (systemd, launchd)
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
      },
      true,
    )
    const options = { redactor: io.redactor, write: (text: string) => io.stderr.write(text) }
    const [action = 'run', ...rest] = positionals
    if (rest.length > 0) throw usage(`"${rest.join(' ')}" is too much.`)
    switch (action) {
      case 'run':
        return serve(io, {
          ...options,
          debug: values.debug ?? false,
          bold: values['no-safe'] ?? false,
          ...(values.host !== undefined && { host: values.host }),
          ...(values.port !== undefined && { port: portOf(values.port) }),
        })
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
        return install(io, values.print ?? false)
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
    io.stdout.write(`${gateway.report().join('\n')}\nCtrl-C ends it.\n`)
    const why = await Promise.race([
      ended.promise,
      gateway.lost.then(() => 'Another gateway took this home over; this one ends.'),
    ])
    io.stdout.write(`${why === '' ? 'Ending; turns that run have 8 seconds.' : why}\n`)
    await gateway.stop()
    // A send that was left at the end must not keep the process.
    setTimeout(() => process.exit(), graceMs).unref()
    return why === '' ? exitCodes.ok : exitCodes.failed
  } finally {
    process.off('SIGTERM', end)
  }
}

function statusText({ running, pid, version, url, checks = {}, refused }: GatewayStatus): string {
  const lines = running
    ? [
        `The gateway runs (process ${pid}, version ${version})${url === undefined ? ', without HTTP' : ` on ${url}`}.`,
        ...Object.entries(checks).map(
          ([name, { ok, message }]) => `${ok ? '✓' : '✗'} ${name}${message ? `: ${message}` : ''}`,
        ),
      ]
    : ['No gateway runs on this home. Start one with "picoclaw gateway".']
  const turnedAway = refused.map(
    ({ channel, name, person, count, why, line }) =>
      `! ${name} (${channel}:${person}) was turned away ${count === 1 ? 'once' : `${count} times`} (${why})${line ? `; to let them in: ${line}` : ''}`,
  )
  return `${[...lines, ...turnedAway].join('\n')}\n`
}

async function install(io: Io, print: boolean): Promise<number> {
  const plan = plannedService()
  if (print) {
    io.stdout.write(plan.text)
    return exitCodes.ok
  }
  await writeService(plan)
  io.stdout.write(`Wrote ${plan.path}\n`)
  return carryOut(plan.start, io)
}

async function uninstall(io: Io): Promise<number> {
  const plan = plannedService()
  const code = carryOut(plan.stop, io)
  await removeService(plan)
  io.stdout.write(`Removed ${plan.path}\n`)
  return code
}

/** Runs the commands of the service manager; where they cannot be run, they are told. */
function carryOut(commands: readonly string[], io: Io): number {
  for (const [index, line] of commands.entries()) {
    const [program = '', ...rest] = line.split(' ')
    const { status, error, stderr } = spawnSync(program, rest, { encoding: 'utf8' })
    if (status === 0) {
      io.stdout.write(`${line}\n`)
      continue
    }
    const why = error ? `${program} is not here` : stderr.trim()
    io.stderr.write(
      `"${line}" did not work: ${why}\nRun yourself:\n${commands
        .slice(index)
        .map((step) => `  ${step}`)
        .join('\n')}\n`,
    )
    return exitCodes.failed
  }
  return exitCodes.ok
}
