/** A skill that a registry offers. */
export interface FoundSkill {
  /** What install_skill takes. */
  readonly slug: string
  readonly name?: string
  readonly summary: string
  readonly version?: string
  readonly registry: string
  /** Larger fits better. */
  readonly score: number
}

export interface SkillFile {
  /** With `/` between its parts, relative to the skill. */
  readonly path: string
  readonly bytes: Uint8Array
}

/** A skill as it came from a registry. */
export interface SkillPackage {
  /** The folder it goes into. */
  readonly folder: string
  readonly slug: string
  readonly version: string
  readonly files: readonly SkillFile[]
  /** What a person should know before using it. */
  readonly warning?: string
}

/** A place to get skills from. */
export interface SkillRegistry {
  readonly name: string
  /** Best first. */
  search(query: string, limit: number, signal: AbortSignal): Promise<readonly FoundSkill[]>
  /** A Problem when there is none, or when it is known as malware. */
  fetch(slug: string, version: string | undefined, signal: AbortSignal): Promise<SkillPackage>
}
