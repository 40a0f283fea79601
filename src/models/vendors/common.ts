import type { FailureKind } from '../../core/failure.ts'
import type { ErrorTemplate } from '../vendor.ts'

/** What most rows share. */
export const compatible = { protocol: 'openai-chat', listsModels: true } as const

/** Templates for error codes that need no advice. */
export function byCode(kinds: Partial<Record<FailureKind, readonly string[]>>): readonly ErrorTemplate[] {
  return Object.entries(kinds).flatMap(([kind, codes]) => codes.map((code) => ({ code, kind: kind as FailureKind })))
}
