import { randomUUID } from 'node:crypto'
import type { InboundMessage } from '../../src/core/channel.ts'
import type { Json, JsonObject } from '../../src/core/json.ts'
import type { Grant, GrantStore, NoteStore } from '../../src/core/store.ts'
import type { Effect, Tool, ToolContext, ToolOutput } from '../../src/core/tool.ts'
import { approvals } from '../../src/access/approvals.ts'
import type { ApprovalPorts, ApprovalRequest, Approver } from '../../src/access/ports.ts'
import { fakeClock } from '../fakes/clock.ts'

/** Grants in memory. What comes out is a copy: only the store's own methods change it. */
export function memoryGrants(): GrantStore {
  const grants = new Map<string, Grant>()
  return {
    async put(grant) {
      grants.set(grant.id, structuredClone(grant))
    },
    async get(id) {
      return structuredClone(grants.get(id))
    },
    async find(subject) {
      const fits = subject.endsWith('*')
        ? (other: string) => other.startsWith(subject.slice(0, -1))
        : (other: string) => other === subject
      const found = [...grants.values()].filter((grant) => fits(grant.subject))
      return structuredClone(found.sort((left, right) => left.createdAt - right.createdAt))
    },
    async move(id, from, to) {
      const grant = grants.get(id)
      if (grant?.state !== from) return false
      grants.set(id, { ...grant, state: to })
      return true
    },
    async remove(id) {
      grants.delete(id)
    },
  }
}

export function memoryNotes(): NoteStore & { readonly puts: () => number } {
  const notes = new Map<string, Json>()
  let puts = 0
  return {
    puts: () => puts,
    async get(name) {
      return structuredClone(notes.get(name))
    },
    async put(name, value) {
      puts += 1
      notes.set(name, structuredClone(value))
    },
    async remove(name) {
      notes.delete(name)
    },
    async list(prefix) {
      return [...notes].filter(([name]) => name.startsWith(prefix)).map(([name, value]) => ({ name, value }))
    },
  }
}

export const owner: Approver = { role: 'owner', who: 'telegram:1', automatic: false }
export const member: Approver = { role: 'member', who: 'telegram:2', automatic: false }

export function inbound(more: Partial<InboundMessage> = {}): InboundMessage {
  return {
    id: '1',
    from: { id: '123456', name: 'Alice', username: 'alice' },
    at: { channel: 'telegram', chat: '123456' },
    kind: 'direct',
    text: 'Hello',
    attachments: [],
    addressed: true,
    ...more,
  }
}

/** The context of an owner's turn in a chat. */
export function turnContext(more: Partial<ToolContext> = {}): ToolContext {
  return {
    session: 'session-1',
    turn: 'turn-1',
    agent: 'main',
    cause: 'chat',
    origin: { channel: 'telegram', chat: '1' },
    sender: { id: '1', name: 'Owner' },
    role: 'owner',
    call: 'call-1',
    tainted: false,
    depth: 0,
    signal: new AbortController().signal,
    ...more,
  }
}

/** A tool with these effects, that reaches what its argument `to` says. */
export function toolWith(effects: readonly Effect[], name = 'act'): Tool & { readonly runs: JsonObject[] } {
  const runs: JsonObject[] = []
  return {
    runs,
    spec: { name, description: '', input: { type: 'object' } },
    readOnly: false,
    effects: () => effects,
    destination: ({ to }) => (typeof to === 'string' ? to : undefined),
    async run(input) {
      runs.push(input)
      return { content: [{ type: 'text', text: 'done' }] }
    },
  }
}

export const words = (output: ToolOutput | undefined) =>
  output?.content.map((part) => (part.type === 'text' ? part.text : '')).join('')

/** Approvals over a store in memory. `asked` are the requests that an owner was shown; `shown(n)` waits for the n-th. */
export function approvalDesk(more: Partial<ApprovalPorts> = {}) {
  const clock = fakeClock()
  const asked: ApprovalRequest[] = []
  const waiting: { readonly count: number; readonly resolve: (request: ApprovalRequest) => void }[] = []
  const ports: ApprovalPorts = {
    grants: memoryGrants(),
    clock,
    newId: randomUUID,
    async ask(request) {
      asked.push(request)
      for (const { count, resolve } of waiting) if (asked.length === count) resolve(request)
      return 'asked'
    },
    sandboxed: () => Promise.resolve(true),
    isConsole: ({ channel }) => channel === 'console',
    isNamed: () => Promise.resolve(false),
    ...more,
  }
  return {
    clock,
    ports,
    asked,
    shown: (count = 1) =>
      new Promise<ApprovalRequest>((resolve) => {
        const there = asked[count - 1]
        if (there) resolve(there)
        else waiting.push({ count, resolve })
      }),
    approvals: approvals(ports),
    /** Another process over the same store. */
    restarted: () => approvals(ports),
  }
}
