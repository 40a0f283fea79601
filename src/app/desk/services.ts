import type { Approvals } from '../../access/approvals.ts'
import type { Store } from '../../core/store.ts'
import type { CommandServices } from '../../dispatch/commands/services.ts'
import type { Road } from '../../dispatch/road.ts'
import { budgetCommand } from '../../ledger/budget.ts'
import { sinceOf, usageReport, usageText } from '../../ledger/usage.ts'
import { whyFacts } from '../../ledger/why.ts'
import { whyText } from '../../ledger/why-text.ts'
import type { AgentFacts, Agents } from '../agents.ts'
import type { House } from '../house.ts'
import type { Admission } from './admission.ts'
import { choose } from './models.ts'
import type { Workspaces } from './workspaces.ts'

export interface ServiceParts {
  readonly house: House
  readonly spaces: Workspaces
  readonly admission: Admission
  readonly approvals: Approvals
  agents(): Agents
  road(): Road
  /** Names of the channels that are on. */
  channels(): readonly string[]
  /** Skills are armed here until the next message. */
  readonly armed: Map<string, string>
  /** A model of the command line that every turn asks. */
  readonly model?: string
  readonly more: Pick<
    CommandServices,
    'mcp' | 'mcpTools' | 'subagents' | 'side' | 'context' | 'status' | 'reload' | 'panic'
  >
}

/** What slash commands can do in this house. */
export function commandServices(parts: ServiceParts): CommandServices {
  const { house, admission, approvals, armed } = parts
  const { store, zone, clock } = house
  const settings = () => {
    const { budget, gateway } = house.current.loaded.config
    return { budget, keys: gateway.keys }
  }
  const modelOf = async (session: string, agent: AgentFacts) =>
    parts.model ?? (await store.sessions.state(session)).model ?? agent.model ?? house.current.sources.defaultModel

  return {
    ...parts.more,
    async model(session, id) {
      const agent = parts.agents().get(id)
      const { registry, sources } = house.current
      const name = await modelOf(session, agent)
      const vendor = registry.names.includes(name) ? (registry.resolve(name).entries[0]?.vendor ?? '') : ''
      return { name, vendor, fallbacks: agent.fallbacks ?? sources.fallbacks, names: registry.names }
    },
    async switchModel(session, id, name) {
      const agent = parts.agents().get(id)
      const before = await modelOf(session, agent)
      // Told now when there is no such model, not at the next message.
      choose(house, agent, name)
      await store.sessions.change(session, { model: name })
      return before
    },
    channels: parts.channels,
    agents: () => parts.agents().ids,
    async skills(id) {
      const agent = parts.agents().get(id)
      const { skills, definition } = await (await parts.spaces.of(agent)).read()
      const allowed = definition.skills ?? agent.skills
      return skills.flatMap(({ name }) => (allowed === undefined || allowed.includes(name) ? [name] : []))
    },
    async clear(session) {
      const info = await store.sessions.info(session)
      await store.sessions.change(session, {
        after: info?.messages ?? 0,
        summary: undefined,
        pinned: undefined,
        outside: undefined,
        told: undefined,
      })
      await approvals.revoke(session)
    },
    async arm(session, skill) {
      if (skill === undefined) armed.delete(session)
      else armed.set(session, skill)
    },
    stop: (session) => parts.road().stop(session),
    panic: () => [...parts.road().stop(), ...(parts.more.panic?.() ?? [])],
    again: (session, chat) => parts.road().again(session, chat),
    async usage(argument, session, role) {
      const words = argument.trim().toLowerCase()
      const now = clock.now()
      const since = sinceOf(words === '' ? 'today' : (spans[words] ?? words), now, zone)
      const own = await usageReport(store, { by: 'model', since, until: now + 1, session, zone })
      const title = words === '' ? 'Today' : `Since ${argument.trim()}`
      const mine = usageText(own, `${title}, this conversation`)
      if (role !== 'owner') return mine
      const report = await usageReport(store, { by: 'model', since, until: now + 1, zone })
      return `${usageText(report, title)}\n\n${mine}`
    },
    budget: (argument, session) =>
      budgetCommand(
        { settings: settings(), budget: store.budget, notes: store.notes, now: clock.now(), zone },
        // Whoever may not change it was told so before.
        { text: argument, session, owner: true },
      ),
    async why(argument, session, role) {
      const facts = await whyFacts(role === 'owner' ? store : within(store, session), argument || undefined, session)
      return whyText(facts, zone)
    },
    async decide(code, verdict, always, { id, role }) {
      const decided = await approvals.decide(code, verdict, { role, who: id, automatic: false }, { always })
      if (!decided.ok) return decided.text
      return `${decided.tool} was ${verdict === 'given' ? `allowed${always ? ' for a day' : ' once'}` : 'denied'}.`
    },
    async pair(argument, { id }) {
      const [code = '', ...rest] = argument.split(/\s+/)
      const owner = rest.some((word) => /^-{0,2}owner$/i.test(word))
      const confirmed = await admission.pairing.confirm(code, { role: 'owner', who: id, automatic: false }, { owner })
      if (!confirmed.ok) return confirmed.text
      const { name, channel, role } = confirmed.member
      return `${name} on ${channel} may talk to me now${role === 'owner' ? ', as an owner' : ''}.`
    },
  }
}

/** The turns of one conversation: for whoever may know of no other. */
const within = (store: Store, session: string): Store => ({
  ...store,
  turns: {
    ...store.turns,
    async get(id) {
      const turn = await store.turns.get(id)
      return turn?.session === session ? turn : undefined
    },
    list: (wanted) => store.turns.list({ ...wanted, session }),
  },
})

const spans: Readonly<Record<string, string>> = { week: '7d', day: 'today' }
