import type { ToolOutput } from '../../core/tool.ts'
import type { Ran } from './run.ts'

/** What a model is told about a command that ran. */
export function outcome(ran: Ran, { seconds, note }: { readonly seconds: number; readonly note?: string }): ToolOutput {
  const output = outputOf(ran)
  const text = [...(note === undefined ? [] : [note]), ...blocks(ran, output, seconds)].join('\n')
  return { content: [{ type: 'text', text }], isError: ran.ended !== undefined || ran.code !== 0 }
}

function blocks(ran: Ran, output: string, seconds: number): readonly string[] {
  if (ran.ended === 'timeout') {
    const said = `Command timed out after ${duration(seconds)}`
    return output === '' ? [said] : [said, '', 'Partial output before timeout:', output]
  }
  if (ran.ended === 'flood') return ['Command was ended: it wrote more than 64 MiB.', '', output]
  if (ran.signal !== undefined) return [...lines(output), `[Command ended by signal ${ran.signal}]`]
  if (ran.code !== 0) return [...lines(output), `[Command exited with code ${ran.code}]`]
  return [output || '(no output)']
}

const lines = (output: string): readonly string[] => (output === '' ? [] : [output, ''])

function outputOf({ stdout, stderr }: Ran): string {
  if (stderr === '') return stdout.trimEnd()
  return `${stdout === '' ? '' : `${stdout.trimEnd()}\n`}STDERR:\n${stderr.trimEnd()}`
}

/** Seconds as 45s, 1m0s, 1h0m0s. */
function duration(seconds: number): string {
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  return `${hours > 0 ? `${hours}h` : ''}${seconds >= 60 ? `${minutes}m` : ''}${rest}s`
}
