import { runTurn } from '../../agent/turn.ts'
import { momentText } from '../../agent/prompt.ts'
import { userText } from '../../core/message.ts'
import { bill } from '../../core/spent.ts'
import { localMoment } from '../moment.ts'
import { choose, requestLimits } from './models.ts'
import { limitsOf, redactionOf, type TurnParts, type turns } from './turn.ts'

interface SideQuestion {
  readonly session: string
  readonly agent: string
  readonly question: string
  readonly signal: AbortSignal
}

/** An answer beside a conversation: nothing of it is read, nothing is remembered, no tool is at hand. */
export async function side(
  parts: TurnParts,
  { prompt }: Pick<ReturnType<typeof turns>, 'prompt'>,
  { session, agent: id, question, signal }: SideQuestion,
): Promise<string> {
  const { house, spaces } = parts
  const agent = parts.agents().get(id)
  const content = await (await spaces.of(agent)).read()
  const { model } = await house.store.sessions.state(session)
  const nobody = { id: 'side', name: 'side' }
  const result = await runTurn(
    {
      id: parts.newId(),
      session,
      agent: id,
      cause: 'chat',
      provider: choose(house, agent, parts.model ?? model).provider,
      tools: new Map(),
      log: [],
      state: {},
      system: await prompt(content, []),
      moment: momentText({
        now: localMoment(house.zone, house.clock.now()),
        channel: 'side',
        chat: session,
        sender: 'side',
      }),
      question: userText(question),
      limits: limitsOf(house, content),
      bill: bill(),
      context: { origin: { channel: 'side', chat: session }, sender: nobody, role: 'member', depth: 0 },
      journal: { append: async () => undefined },
      request: requestLimits(house),
      stream: false,
      clock: house.clock,
      newId: () => parts.newId(),
      signal,
      redact: redactionOf(house),
    },
    () => undefined,
  )
  return result.text
}
