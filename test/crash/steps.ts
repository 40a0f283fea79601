/** Where a step lies: in our process, at the platform, or at the model's vendor. */
export type Place = 'gateway' | 'platform' | 'vendor'

interface Step {
  readonly place: Place
  /** What is underway at that moment. A message that is being sent may end as uncertain; nothing else may. */
  readonly sends?: true
  /** The platform breaks a connection now and then, so that the step is reached. */
  readonly cuts?: true
  /** Passed about once in a wave of messages. */
  readonly rare?: true
  /** Passed when the process starts: it is killed before, and there once more. */
  readonly starts?: true
}

const gateway = { place: 'gateway' } as const
const rare = { place: 'gateway', rare: true } as const

/** The life of a message, step by step: each is a moment at which the process is killed. */
const steps = {
  'poll-answered': { place: 'platform' },
  'message-arrived': gateway,
  'message-admitted': gateway,
  'message-stored': gateway,
  'message-beginning': gateway,
  'message-begun': gateway,
  'session-held': gateway,
  'command-obeyed': rare,
  'command-done': rare,
  'turn-heard': gateway,
  'turn-begun': gateway,
  'model-asking': gateway,
  'model-asked': { place: 'vendor' },
  'model-half-answered': { place: 'vendor' },
  'model-answered': gateway,
  'turn-journaling': gateway,
  'turn-step-assistant': gateway,
  'tool-called': gateway,
  'approval-asked-stored': rare,
  'approval-given': rare,
  'approval-used': rare,
  'tool-allowed': gateway,
  'send-packed': rare,
  'send-stored': rare,
  'subagent-noted': rare,
  'subagent-delivered': rare,
  'tool-ran': gateway,
  'turn-step-tool': gateway,
  'turn-joining': rare,
  'turn-step-user': rare,
  'cron-fired': rare,
  'live-showing': { ...gateway, sends: true },
  'live-shown': { ...gateway, sends: true },
  'live-noted': gateway,
  'live-changed': rare,
  'live-settled': gateway,
  'turn-answered': gateway,
  'turn-packed': gateway,
  'turn-finished': gateway,
  'turn-told': gateway,
  'outbox-taken': gateway,
  'outbox-sending': { ...gateway, sends: true },
  'send-arrived': { place: 'platform', sends: true },
  'send-done': { place: 'platform', sends: true },
  'edit-arrived': { place: 'platform', sends: true },
  'outbox-sent': { ...gateway, sends: true },
  'outbox-marked': gateway,
  'chat-moved': rare,
  'doubt-stored': { ...gateway, sends: true, cuts: true, rare: true },
  'outbox-uncertain': { ...gateway, sends: true, cuts: true, rare: true },
  'channel-opened': { ...gateway, starts: true },
} as const satisfies Readonly<Record<string, Step>>

export type StepName = keyof typeof steps
export const stepNames = Object.keys(steps) as readonly StepName[]
export const stepOf = (name: StepName): Step => steps[name]
