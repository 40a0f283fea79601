import type { RunResult } from '../test/crash/run.ts'
import { stepNames, stepOf, type StepName } from '../test/crash/steps.ts'
import { faults } from '../test/e2e/matrix/faults.ts'

interface Findings {
  /** As 2026-11-30. */
  readonly day: string
  readonly results: readonly RunResult[]
  /** Runs that came to no verdict. */
  readonly broken: readonly { readonly step: string; readonly seed: number; readonly why: string }[]
  /** Runs that were asked for. */
  readonly planned: number
  readonly options: {
    readonly seeds: number
    readonly messages: number
    readonly parallel: number
    readonly waves: number
    readonly steps: readonly StepName[]
  }
}

/** Chains of one, two and five candidates; the longer ones with one and with all failing. */
const chains = 5

const sum = (results: readonly RunResult[], of: (result: RunResult) => number) =>
  results.reduce((total, result) => total + of(result), 0)
const share = (part: number, whole: number) => `${(whole === 0 ? 0 : (100 * part) / whole).toFixed(2)} %`

/** docs/reliability.md. */
export function reliabilityPage({ day, results, broken, planned, options }: Findings): string {
  const said = sum(results, (run) => run.said)
  const uncertain = sum(results, (run) => run.uncertain)
  const { seeds, messages, parallel, waves, steps } = options
  const command = [seeds, messages, parallel, waves, ...(steps.length < stepNames.length ? steps : [])].join(' ')
  const figures: readonly (readonly [string, string | number])[] = [
    [
      'steps at which the process was killed',
      new Set(results.filter(({ kills }) => kills > 0).map(({ step }) => step)).size,
    ],
    ['runs (steps × seeds)', results.length === planned ? planned : `${results.length} of ${planned} asked for`],
    ['kills (SIGKILL)', sum(results, (run) => run.kills)],
    ['messages of people', said],
    ['lost', sum(results, (run) => run.lost.length)],
    ['doubled', sum(results, (run) => run.doubled.length)],
    ['silent', sum(results, (run) => run.silent.length)],
    ['uncertain, and said so', `${uncertain} (${share(uncertain, said)})`],
    ['runs without a verdict', broken.length],
  ]
  return `# Reliability

Written by \`node scripts/crash-matrix.ts ${command}\` on ${day}.

## Kill -9 at every step

A gateway runs in a process of its own, with the real Telegram client against a Bot API server on loopback and a scripted model behind a real
HTTP endpoint. People write to it: questions with short, long and slowly growing answers, bursts, messages into a running turn, commands, tools
that append to a file, write to the chat, run commands after an owner's word, start sub-agents and set reminders, and chats that move. The
process is killed with SIGKILL at one step, ${waves === 1 ? 'once' : `${waves} times`} a run, and started again. Then the log, the model's requests, the chats and the traces of the
tools are compared.

| | |
| --- | ---: |
${figures.map(([name, value]) => `| ${name} | ${value} |`).join('\n')}

- **lost**: a message that is in no turn or in no request of the model, or that still waits.
- **doubled**: a question in two turns, an answer shown twice, a side effect of a tool that happened twice, half an answer left standing.
- **silent**: no answer and no word about it in the chat, or a tool that was interrupted without the model being told.
- **uncertain**: a message whose sending was under way when the process died. Telegram offers no way to ask, so it is not sent again; the chat is
  told, and \`/again\` repeats it (a request for approval is sent again: its code works once). A kill hits what every chat is sending at that moment, so
  one kill can make more than one.

| step | where | kills | messages | lost | doubled | silent | uncertain |
| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |
${steps.map((step) => row(step, results)).join('\n')}

Each row is ${seeds} seeds of ${messages} messages; the commands by which owners allow something come on top. \`npm test\` runs a few of the steps. The
command without numbers runs ten seeds of 200 messages with four kills each.

## Failover

Another matrix, in \`npm test\`, holds ${faults.length} faults of a vendor against chains of one, two and five candidates, with one or all of them failing, streamed
and in one piece: ${faults.length * chains * 2} cells, each with what is to happen on the wire, in the rests and in the ledger.
${trouble(broken)}`
}

function row(step: StepName, all: readonly RunResult[]): string {
  const results = all.filter((result) => result.step === step)
  const cells = [
    sum(results, (run) => run.kills),
    sum(results, (run) => run.said),
    sum(results, (run) => run.lost.length),
    sum(results, (run) => run.doubled.length),
    sum(results, (run) => run.silent.length),
    sum(results, (run) => run.uncertain),
  ]
  return `| ${step} | ${stepOf(step).place} | ${cells.join(' | ')} |`
}

function trouble(broken: Findings['broken']): string {
  if (broken.length === 0) return ''
  return `\n## Runs without a verdict\n\n${broken.map(({ step, seed, why }) => `- ${step}, seed ${seed}: ${why}`).join('\n')}\n`
}
