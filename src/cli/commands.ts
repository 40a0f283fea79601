import type { Command } from './command.ts'

interface Row {
  readonly summary: string
  readonly aliases?: readonly string[]
  readonly load: () => Promise<{ readonly default: Command }>
}

/** Every command: one row and one file each. Loaded when called. */
export const commands = {
  agent: {
    summary: 'ask once (-m) or hold a conversation',
    load: () => import('./commands/agent.ts'),
  },
  gateway: {
    summary: 'run the channels, the schedule and HTTP, until it is ended',
    aliases: ['g'],
    load: () => import('./commands/gateway.ts'),
  },
  pair: {
    summary: 'let a person in who got a code from the bot',
    load: () => import('./commands/pair.ts'),
  },
  models: {
    summary: 'list the models you may use, and the vendors there are',
    aliases: ['model'],
    load: () => import('./commands/models.ts'),
  },
  status: {
    summary: 'what is configured and what would answer',
    aliases: ['s'],
    load: () => import('./commands/status.ts'),
  },
  cron: {
    summary: 'jobs for later: list, add, remove, enable, disable, run',
    load: () => import('./commands/cron.ts'),
  },
  usage: {
    summary: 'what models were asked for, and what that cost',
    load: () => import('./commands/usage.ts'),
  },
  why: {
    summary: 'why an answer is as it is: models, tools, cost, memory',
    load: () => import('./commands/why.ts'),
  },
  config: {
    summary: 'where the configuration is, and whether it is right',
    load: () => import('./commands/config.ts'),
  },
  mcp: {
    summary: 'MCP servers: add, list, try, approve their tools',
    load: () => import('./commands/mcp.ts'),
  },
  skills: {
    summary: 'skills: search, install, list, remove',
    aliases: ['skill'],
    load: () => import('./commands/skills.ts'),
  },
  migrate: {
    summary: 'take over what the original picoclaw kept: sessions',
    load: () => import('./commands/migrate.ts'),
  },
  version: {
    summary: 'the version of picoclaw and of Node',
    aliases: ['v'],
    load: () => import('./commands/version.ts'),
  },
} as const satisfies Record<string, Row>

/** The row that a word on the command line names. */
export function findCommand(word: string): Row | undefined {
  const rows: Readonly<Record<string, Row>> = commands
  return rows[word] ?? Object.values(rows).find((row) => row.aliases?.includes(word))
}
