import type { JsonObject } from '../core/json.ts'

/** What the front matter of AGENT.md says. A list that is absent allows everything, an empty one nothing. */
export interface AgentDefinition {
  readonly name?: string
  readonly description?: string
  readonly model?: string
  /** Rounds of tool calls in one turn. */
  readonly maxTurns?: number
  readonly tools?: readonly string[]
  readonly skills?: readonly string[]
  readonly mcpServers?: readonly string[]
  /** Keys that we do not know, as they stand. */
  readonly more: JsonObject
}

export interface Skill {
  readonly name: string
  readonly description: string
  /** Absolute path of its SKILL.md. */
  readonly location: string
  readonly source: SkillSource
}
export type SkillSource = 'workspace' | 'global' | 'builtin'

/** A folder with skills in it, one folder each. */
export interface SkillRoot {
  readonly path: string
  readonly source: SkillSource
}

/** The notes of one day. */
export interface DailyNote {
  /** As `2026-11-30`. */
  readonly day: string
  readonly text: string
}

/** What the prompt takes from a workspace. The same object as long as nothing in it changes. */
export interface WorkspaceContent {
  readonly root: string
  /** Definition files in order, front matter and comments removed. */
  readonly files: readonly { readonly name: string; readonly text: string }[]
  readonly memory: string
  /** Of the last three days, newest first. */
  readonly notes: readonly DailyNote[]
  /** By name. Those of the definition's own list only, where it has one. */
  readonly skills: readonly Skill[]
  readonly definition: AgentDefinition
  /** What could not be taken, one sentence each. */
  readonly warnings: readonly string[]
}

/** An agent's folder. */
export interface Workspace {
  /** Absolute path. */
  readonly root: string
  read(): Promise<WorkspaceContent>
  /** The body of a skill's SKILL.md; undefined when there is no such skill for this agent. */
  skill(name: string): Promise<string | undefined>
  /** HEARTBEAT.md as it stands; undefined when it is missing. */
  heartbeat(): Promise<string | undefined>
  readonly memory: MemoryBook
}

/** Where a fact is kept. */
export interface Fact {
  /** Path of its file within the workspace. */
  readonly file: string
  /** Number of its line, from 1. */
  readonly line: number
  /** As it stands there, with date and origin. */
  readonly text: string
}
export interface NewFact {
  readonly text: string
  /** `memory`: for good. `today`: in the notes of the day. */
  readonly where: 'memory' | 'today'
  /** Who said it or where it comes from. */
  readonly from?: string
}
/** Long-term memory and daily notes, a line for each fact. */
export interface MemoryBook {
  /** False when the same is there already. */
  remember(fact: NewFact): Promise<boolean>
  /** Every line of long-term memory and of the last three days that states something, in order. */
  facts(): Promise<readonly Fact[]>
  /** Removes the lines that have these words, wherever they are; resolves to what was removed. */
  forget(words: string): Promise<readonly Fact[]>
}
