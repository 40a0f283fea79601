import type {
  Memory,
  NewJob,
  Outbox,
  OutgoingMessage,
  PlannedJob,
  Recall,
  Schedule,
  SkillFinder,
  SubAgents,
  SubAgentState,
  SubAgentTask,
} from '../../src/tools/ports.ts'
import type { FoundSkill } from '../../src/tools/skills/ports.ts'

/** An outbox that keeps what it is given, or refuses everything. */
export function fakeOutbox(refusal?: Error): Outbox & { readonly sent: readonly OutgoingMessage[] } {
  const sent: OutgoingMessage[] = []
  return {
    sent,
    async send(message) {
      if (refusal) throw refusal
      sent.push(message)
    },
  }
}

/** A schedule in memory. Jobs are of whoever added them. */
export function fakeSchedule(): Schedule & { readonly jobs: ReadonlyMap<string, PlannedJob> } {
  const jobs = new Map<string, PlannedJob>()
  const owners = new Map<string, string>()
  const mine = (id: string, owner: string) => (owners.get(id) === owner ? jobs.get(id) : undefined)
  return {
    jobs,
    async add(job: NewJob, { sender }) {
      const planned = { ...job, id: `job-${jobs.size + 1}`, enabled: true }
      jobs.set(planned.id, planned)
      owners.set(planned.id, sender.id)
      return planned
    },
    list: async ({ sender }) => [...jobs.values()].filter(({ id }) => owners.get(id) === sender.id),
    async change(id, change, { sender }) {
      const job = mine(id, sender.id)
      if (!job) return undefined
      const changed = { ...job, ...change }
      jobs.set(id, changed)
      return changed
    },
    remove: async (id, { sender }) => mine(id, sender.id) !== undefined && jobs.delete(id),
  }
}

/** Sub-agents that answer at once, and remember what they were asked. */
export function fakeSubAgents(
  answer: { readonly text: string; readonly outside?: string } = { text: 'done' },
  states: readonly SubAgentState[] = [],
): SubAgents & { readonly asked: readonly SubAgentTask[] } {
  const asked: SubAgentTask[] = []
  return {
    asked,
    async spawn(task) {
      asked.push(task)
      return `sub-${asked.length}`
    },
    async ask(task) {
      asked.push(task)
      return answer
    },
    status: async () => states,
  }
}

/** A memory that holds each fact once. */
export function fakeMemory(): Memory & { readonly facts: ReadonlySet<string> } {
  const facts = new Set<string>()
  return {
    facts,
    async remember({ text, where }) {
      const fact = `${where}: ${text}`
      if (facts.has(fact)) return false
      facts.add(fact)
      return true
    },
  }
}

export const fakeRecall = (hits: Awaited<ReturnType<Recall['search']>>): Recall => ({ search: async () => hits })
export const fakeSkills = (found: readonly FoundSkill[]): SkillFinder => ({ find: async () => found })
