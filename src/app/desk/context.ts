import { requestable } from '../../agent/history.ts'
import { messagesTokens, requestTokens } from '../../agent/tokens.ts'
import { grouped } from '../../ledger/money.ts'
import { limitsOf, type TurnParts, type turns } from './turn.ts'

/** How full the window of a conversation's model is, in words. The figures are estimates. */
export async function contextText(
  parts: TurnParts,
  { prompt }: Pick<ReturnType<typeof turns>, 'prompt'>,
  session: string,
  id: string,
): Promise<string> {
  const { house, spaces, boxes } = parts
  const { sessions } = house.store
  const agent = parts.agents().get(id)
  const workspace = await spaces.of(agent)
  const content = await workspace.read()
  const state = await sessions.state(session)
  const log = await sessions.read(session, { ...(state.after !== undefined && { after: state.after }) })
  const messages = requestable(log.map(({ message }) => message))
  const system = await prompt(content, [], agent)
  const tools = [
    ...(await boxes.of(agent, workspace, content)),
    ...boxes.more({ session, turn: '', agent, content }),
  ].map(({ spec }) => spec)
  const { window, maxTokens } = limitsOf(house, content)
  const figures = {
    Instructions: requestTokens({ system, messages: [] }),
    Tools: requestTokens({ messages: [], tools }),
    Messages: messagesTokens(messages),
  }
  const used = Object.values(figures).reduce((sum, tokens) => sum + tokens, 0)
  const share = Math.round((100 * used) / Math.max(1, window - maxTokens))
  return [
    `About ${grouped(used)} of ${grouped(window - maxTokens)} tokens (${share} %); ${grouped(maxTokens)} are kept for the answer.`,
    ...Object.entries(figures).map(([name, tokens]) => `- ${name}: ${grouped(tokens)}`),
    `- Messages sent: ${messages.length}${state.after === undefined ? '' : `, summed up before: ${grouped(state.after)}`}`,
    ...(state.pinned?.length ? [`- Rules kept word for word: ${state.pinned.length}`] : []),
  ].join('\n')
}
