import type { Channel, LiveMessage, OutboundMessage } from '../core/channel.ts'
import { type Message, type UserMessage, userText } from '../core/message.ts'
import { Problem } from '../core/problem.ts'
import type { NewOutboxItem } from '../core/store.ts'
import type { CommandResult } from './commands/command.ts'
import { commandOf, type GivenCommand, obey } from './commands/commands.ts'
import { honest } from './honest.ts'
import { packOutbound } from './payload.ts'
import { pieces } from './pieces.ts'
import type { Desk, Ground, HeardMessage, TurnOutcome, TurnWatcher } from './ports.ts'
import { type Running, type Steered, Stop } from './running.ts'
import { liveNote, type Work } from './work.ts'

/** How an answer reaches its person. */
export interface Delivery {
  /** What is shown while the answer is written. */
  live(work: Work, turn: string): Promise<LiveMessage>
  /** The outgoing messages of an answer, stored with the end of the turn. */
  outgoing(work: Work, turn: string, message: OutboundMessage): Promise<readonly NewOutboxItem[]>
  /** Called when they are stored. */
  deliver(
    work: Work,
    live: LiveMessage | undefined,
    message: OutboundMessage,
    items: readonly NewOutboxItem[],
  ): Promise<void>
}

/** Takes one message to its answer, and stores its end. Never throws for a turn that failed: the chat is told. */
export async function answer(running: Running, desk: Desk, ground: Ground, delivery: Delivery): Promise<void> {
  const { work } = running
  const given = work.resumes === undefined && work.cause === 'chat' ? commandOf(work.message) : undefined
  const { signal } = running.abort
  if (!given) return turn(running, work, await desk.disarm(work.session), desk, ground, delivery)
  const result = await carryOut(work, given, desk, signal)
  if (result.type === 'pass')
    return turn(
      running,
      { ...work, message: { ...work.message, text: result.text } },
      result.skills,
      desk,
      ground,
      delivery,
    )
  await say(work, { ...addressed(work), text: result.text }, ground, delivery)
}

/** What a command answers; why it cannot be done is an answer, too. */
async function carryOut(
  work: Work,
  given: GivenCommand,
  { services }: Desk,
  signal: AbortSignal,
): Promise<CommandResult> {
  const { from: sender, at } = work.message
  try {
    return await obey(given, { ...work, sender, at, services, signal })
  } catch (error) {
    return { type: 'reply', text: honest(error, signal).text }
  }
}

/** The control word that a message is: such a word waits for no lane. */
export function controlIn({ cause, message }: Pick<Work, 'cause' | 'message'>): GivenCommand | undefined {
  const given = cause === 'chat' ? commandOf(message) : undefined
  return given?.command.control ? given : undefined
}

/** Carries a control word out, whatever else runs. */
export async function obeyNow(
  work: Work,
  given: GivenCommand,
  desk: Desk,
  ground: Ground,
  delivery: Delivery,
): Promise<void> {
  const result = await carryOut(work, given, desk, new AbortController().signal)
  if (result.type === 'reply') await say(work, { ...addressed(work), text: result.text }, ground, delivery)
}

/** Says something that is no turn's answer; the messages it answers are done with. */
async function say(work: Work, message: OutboundMessage, ground: Ground, delivery: Delivery): Promise<void> {
  const items = await delivery.outgoing(work, '', message)
  await ground.store.inbox.done(work.inbox, items)
  await ground.checkpoint('command-done')
  await delivery.deliver(work, undefined, message, items)
}

const addressed = ({ message }: Work): Pick<OutboundMessage, 'to' | 'replyTo'> =>
  message.due ? { to: message.at } : { to: message.at, replyTo: message.id }

async function turn(
  running: Running,
  work: Work,
  skills: readonly string[],
  desk: Desk,
  ground: Ground,
  delivery: Delivery,
): Promise<void> {
  const { signal } = running.abort
  const id = work.resumes ?? ground.newId()
  using _typing = work.cause === 'chat' ? work.channel.typing?.(work.message.at) : undefined
  const live = await delivery.live(work, id)
  const said = { text: '', begun: work.resumes !== undefined }
  const kept = journal(running, id, ground)
  let end: End
  try {
    signal.throwIfAborted()
    const question = said.begun ? [] : await begin(running, work, id, desk, ground, delivery)
    said.begun = true
    running.turn = id
    const outcome = await desk.turn(
      { ...work, turn: id, resumed: work.resumes !== undefined, skills, question, ...kept },
      watcherOf(work, live, said, ground, delivery),
      signal,
    )
    await ground.checkpoint('turn-answered')
    end = finished(work, outcome)
  } catch (error) {
    if (parked(signal)) {
      await live.settle?.()
      return
    }
    end = broken(work, error, signal, said.text)
  }
  kept.giveBack()
  await conclude(work, said.begun ? id : undefined, live, end, desk, ground, delivery)
}

/** Stores the end together with what goes out, then sends it. `id` is undefined for a turn that never began. */
async function conclude(
  work: Work,
  id: string | undefined,
  live: LiveMessage,
  end: End,
  { ended = async () => undefined, rested }: Pick<Desk, 'ended' | 'rested'>,
  ground: Ground,
  delivery: Delivery,
): Promise<void> {
  const shown = await live.settle?.()
  const message = end.message && instead(end.message, shown)
  const items = message ? await delivery.outgoing(work, id ?? '', message) : []
  await ground.checkpoint('turn-packed')
  if (id === undefined) await ground.store.inbox.done(work.inbox, items)
  else await finish(id, end, items, shown !== undefined, ground)
  await ground.checkpoint('turn-finished')
  await ended(work.message, end.record)
  if (message) await delivery.deliver(work, live, message, items)
  if (end.record.state === 'done') rested?.(work.session, work.agent)
}

async function finish(
  id: string,
  { record }: End,
  outbox: readonly NewOutboxItem[],
  shown: boolean,
  { store, clock }: Ground,
): Promise<void> {
  await store.turns.finish({ id, at: clock.now(), outbox, ...record })
  if (shown) await store.notes.remove(liveNote(id))
}
/** A message in the place of one that is shown already. */
const instead = (message: OutboundMessage, shown: string | undefined): OutboundMessage =>
  shown === undefined ? message : { ...message, replaces: shown }

/** Shows what a turn says; `said` holds the words so far. */
function watcherOf(
  work: Work,
  live: LiveMessage,
  said: { text: string },
  ground: Ground,
  delivery: Delivery,
): TurnWatcher {
  return {
    text(delta) {
      said.text += delta
      live.push(delta)
    },
    restart(why) {
      said.text = ''
      live.restart(why)
    },
    activity: (line) => live.activity?.(line),
    notice(text) {
      note(work, text, ground, delivery).catch((error: unknown) => ground.log.warn(String(error)))
    },
  }
}

/** The question, heard and stored. */
async function begin(
  running: Running,
  work: Work,
  id: string,
  desk: Desk,
  ground: Ground,
  delivery: Delivery,
): Promise<readonly UserMessage[]> {
  const { store, clock, checkpoint } = ground
  const heard = await desk.hear(work.message, work, running.abort.signal)
  await checkpoint('turn-heard')
  if (heard.messages.length === 0) throw new Problem(heard.trouble ?? 'Nothing was understood.')
  await tellHeard(work, heard, ground, delivery)
  await store.turns.begin({
    id,
    session: work.session,
    agent: work.agent,
    cause: work.cause,
    at: clock.now(),
    inbox: work.inbox,
    messages: heard.messages,
  })
  await checkpoint('turn-begun')
  return heard.messages
}

/** Shows what was understood of a voice note, and what was not. */
export async function tellHeard(
  work: Work,
  { echo, trouble }: HeardMessage,
  ground: Ground,
  delivery: Delivery,
): Promise<void> {
  for (const text of [echo, trouble]) if (text !== undefined) await note(work, text, ground, delivery)
}

/** A message beside the answer. */
async function note(work: Work, text: string, ground: Ground, delivery: Delivery): Promise<void> {
  const message = { ...addressed(work), text }
  const items = await delivery.outgoing(work, '', message)
  await ground.store.outbox.add(items)
  await delivery.deliver(work, undefined, message, items)
}

/** What the turn stores on its way, and what it hears on its way. */
function journal(running: Running, id: string, { store, clock, checkpoint }: Ground) {
  const { session } = running.work
  const given = new Map<Message, Steered>()
  return {
    /** Steered messages go into the log together with the fact that their inbox rows are this turn's. */
    async append(messages: readonly Message[]) {
      const taken = new Set(messages.flatMap((message) => given.get(message) ?? []))
      const inbox = [...taken].flatMap(({ work }) => work.inbox)
      if (inbox.length > 0) await store.turns.join({ id, at: clock.now(), inbox, messages })
      else await store.sessions.append(session, id, clock.now(), messages)
      for (const message of messages) given.delete(message)
      await checkpoint(`turn-step-${messages.at(-1)?.role ?? 'none'}`)
    },
    steering(): readonly UserMessage[] {
      const arrived = running.steered.splice(0)
      for (const steered of arrived) for (const message of steered.messages) given.set(message, steered)
      return arrived.flatMap(({ messages }) => messages)
    },
    /** Messages that the turn was given and did not take in wait again. */
    giveBack() {
      running.steered.unshift(...new Set(given.values()))
    },
  }
}

interface End {
  readonly record: {
    readonly state: 'done' | 'failed' | 'stopped'
    readonly messages: readonly Message[]
    readonly report?: string
    readonly trouble?: string
  }
  /** Undefined when nothing is to be said. */
  readonly message?: OutboundMessage
}

function finished(work: Work, { messages, text, report, silent }: TurnOutcome): End {
  return {
    record: { state: 'done', messages, report: JSON.stringify(report) },
    ...(silent !== true && { message: { ...addressed(work), text, report } }),
  }
}

function broken(work: Work, error: unknown, signal: AbortSignal, said: string): End {
  const { text, trouble } = honest(error, signal)
  const record = signal.aborted
    ? { state: 'stopped' as const, messages: [leftOff], trouble: text }
    : { state: 'failed' as const, messages: [], trouble: text }
  const byCommand = signal.reason instanceof Stop && signal.reason.kind === 'stopped'
  if (!byCommand) return { record, message: { ...addressed(work), text, trouble } }
  // Whoever stopped it is told by the command; only what was shown so far is marked.
  const shown = said.trim()
  return shown === ''
    ? { record }
    : { record, message: { ...addressed(work), text: `${shown}\n\n(Stopped.)`, trouble } }
}

/** Without it the next question would bring up the one that was stopped. */
const leftOff = userText('[I stopped you here. Leave this, unless I ask for it again.]')

const parked = (signal: AbortSignal) => signal.reason instanceof Stop && signal.reason.kind === 'parked'

/** The outgoing rows of a message. */
export async function rowsOf(
  {
    channel,
    session,
  }: { readonly channel: Pick<Channel, 'name' | 'limits' | 'split' | 'captions'>; readonly session: string },
  turn: string,
  message: OutboundMessage,
  { store, clock, newId }: Ground,
): Promise<readonly NewOutboxItem[]> {
  return Promise.all(
    pieces(channel, message).map(async ({ key, ...piece }, index) => ({
      id: key === undefined ? newId() : index === 0 ? key : `${key}/${index}`,
      channel: channel.name,
      chat: message.to.chat,
      session,
      ...(turn !== '' && { turn }),
      at: clock.now(),
      payload: await packOutbound(piece, store.blobs),
    })),
  )
}
