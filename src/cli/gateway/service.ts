import { spawnSync } from 'node:child_process'
import { plannedService } from '../../app/gateway/control.ts'
import { shellVariables } from '../../app/gateway/service-environment.ts'
import { removeService, type ServicePlan, writeService } from '../../app/gateway/service.ts'
import { exitCodes, Problem } from '../../core/problem.ts'
import type { Io } from '../io.ts'

export async function install(
  io: Io,
  { print, copy }: { readonly print: boolean; readonly copy: boolean },
): Promise<number> {
  const plan = plannedService()
  if (print) {
    io.stdout.write(plan.text)
    return exitCodes.ok
  }
  const options = { redactor: io.redactor, write: (text: string) => io.stderr.write(text) }
  const { names, file } = await shellVariables(options, { copy })
  if (names.length > 0)
    throw new Problem(`The service would start without what only this shell has: ${names.join(', ')}.`, {
      mend: `Write them into ${file} (mode 600), or run "picoclaw gateway install --env", which copies them there.`,
    })
  await writeService(plan)
  io.stdout.write(`Wrote ${plan.path}\n`)
  const code = carryOut(plan.start, io)
  if (code === exitCodes.ok && plan.linger) stay(plan.linger, io)
  return code
}

export async function uninstall(io: Io): Promise<number> {
  const plan = plannedService()
  const code = carryOut(plan.stop, io)
  await removeService(plan)
  io.stdout.write(`Removed ${plan.path}\n`)
  return code
}

/** Runs the commands of the service manager; where they cannot be run, they are told. */
function carryOut(commands: readonly string[], io: Io): number {
  for (const [index, line] of commands.entries()) {
    const trouble = run(line)
    if (trouble === undefined) {
      io.stdout.write(`${line}\n`)
      continue
    }
    io.stderr.write(
      `"${line}" did not work: ${trouble}\nRun yourself:\n${commands
        .slice(index)
        .map((step) => `  ${step}`)
        .join('\n')}\n`,
    )
    return exitCodes.failed
  }
  return exitCodes.ok
}

function stay({ command, otherwise }: NonNullable<ServicePlan['linger']>, io: Io): void {
  const trouble = run(command)
  if (trouble === undefined) io.stdout.write(`${command}\n`)
  else io.stderr.write(`"${command}" did not work: ${trouble}\n${otherwise}\n`)
}

/** Undefined when it worked, else why not. */
function run(line: string): string | undefined {
  const [program = '', ...rest] = line.split(' ')
  const { status, error, stderr } = spawnSync(program, rest, { encoding: 'utf8' })
  if (status === 0) return undefined
  return error ? `${program} is not here` : stderr.trim()
}
