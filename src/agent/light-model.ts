/** What tells an easy question from a hard one. */
export interface Features {
  readonly tokenEstimate: number
  readonly codeBlockCount: number
  /** Tool calls in the last messages of the conversation. */
  readonly recentToolCalls: number
  /** Messages so far. */
  readonly conversationDepth: number
  readonly hasAttachments: boolean
}
/** A message of the conversation so far, as far as it counts here. */
export interface Past {
  readonly toolCallCount?: number
}

const defaultThreshold = 0.35
/** Messages whose tool calls count as recent. */
const recent = 6

const ideograph = /[\u2E80-\u9FFF\uAC00-\uD7AF\uF900-\uFAFF\u{20000}-\u{3FFFF}]/gu
const mediaData = /data:(?:image|audio|video)\//i
const mediaFile =
  /\.(?:jpe?g|png|gif|webp|bmp|svg|heic|mp3|wav|ogg|opus|m4a|flac|aac|mp4|avi|mov|mkv|webm)(?![\p{L}\p{N}])/iu

/** Reads the features off a message; `attached` when files came with it. */
export function featuresOf(message: string, history: readonly Past[], attached = false): Features {
  return {
    tokenEstimate: tokensOf(message),
    codeBlockCount: Math.floor((message.split('```').length - 1) / 2),
    recentToolCalls: history.slice(-recent).reduce((sum, { toolCallCount = 0 }) => sum + toolCallCount, 0),
    conversationDepth: history.length,
    hasAttachments: attached || mediaData.test(message) || mediaFile.test(message),
  }
}

/** A Chinese, Japanese or Korean letter is a token; of other letters four are. */
function tokensOf(text: string): number {
  const ideographs = text.match(ideograph)?.length ?? 0
  const letters = text.match(/./gsu)?.length ?? 0
  return ideographs + Math.floor((letters - ideographs) / 4)
}

/** How much more of a feature weighs how much; the first row that fits counts. */
const weights: Readonly<
  Record<Exclude<keyof Features, 'hasAttachments'>, readonly (readonly [more: number, weight: number])[]>
> = {
  tokenEstimate: [
    [200, 0.35],
    [50, 0.15],
  ],
  codeBlockCount: [[0, 0.4]],
  recentToolCalls: [
    [3, 0.25],
    [0, 0.1],
  ],
  conversationDepth: [[10, 0.1]],
}

/** How hard a question looks, from 0 to 1. */
export function scoreOf(features: Features): number {
  if (features.hasAttachments) return 1
  const sum = (Object.keys(weights) as (keyof typeof weights)[])
    .map((name) => weights[name].find(([more]) => features[name] > more)?.[1] ?? 0)
    .reduce((total, weight) => total + weight, 0)
  return Math.min(1, sum)
}

/** The threshold in use: one that is not set, or makes no sense, is 0.35. */
export const thresholdOf = (configured: number): number => (configured > 0 ? configured : defaultThreshold)

/** True for a question easy enough for the light model. */
export const isLight = (score: number, threshold: number): boolean => score < thresholdOf(threshold)

/** The light model where it is set up and the question is easy enough; undefined: the agent's own. */
export function lightModelFor(
  settings:
    | { readonly enabled: boolean; readonly light_model?: string | undefined; readonly threshold: number }
    | undefined,
  features: Features,
): string | undefined {
  if (!settings?.enabled || !settings.light_model) return undefined
  return isLight(scoreOf(features), settings.threshold) ? settings.light_model : undefined
}
