import { Failure } from '../../src/core/failure.ts'
import { Problem } from '../../src/core/problem.ts'

/** What a unit did with an input. */
export interface Outcome {
  /** What it returned; for a thrown Failure its kind and detail, for a Problem its detail. */
  readonly value: unknown
  /** Set when it failed: message, place and advice together. */
  readonly error?: string
  /** True when the failure was thrown, false when the returned object only tells of one in its `error`. */
  readonly thrown: boolean
}

/** Runs a unit. A thrown Failure or Problem is an outcome; anything else thrown is a defect and rejects. */
export async function outcomeOf(unit: () => unknown): Promise<Outcome> {
  try {
    const value = await unit()
    const told = isRecord(value) ? value['error'] : undefined
    return {
      value,
      thrown: false,
      ...(told !== undefined && told !== null && told !== false && { error: textOf(told) }),
    }
  } catch (error) {
    if (error instanceof Problem) {
      const { at = '', mend = '' } = error.detail
      return { value: error.detail, error: [error.message, at, mend].filter(Boolean).join('\n'), thrown: true }
    }
    if (error instanceof Failure) {
      const { url = '', preview = '' } = error.detail
      const error_ = [error.message, url, preview].filter(Boolean).join('\n')
      return { value: { kind: error.kind, ...error.detail }, error: error_, thrown: true }
    }
    throw error
  }
}

export type Fields = Readonly<Record<string, unknown>>
export const isRecord = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A text as it is, anything else as compact JSON. */
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''))
