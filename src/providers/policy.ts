import type { FailureKind } from '../core/failure.ts'

/**
 * How long a candidate rests after a failure. `standard` and `billing` grow with every failure in a row. `brief` is for trouble that
 * may as well be on our side (the network, a captive portal, a VPN, the request): at most 30 s, and nobody rests when two or more
 * hosts fail this way within 10 s.
 */
export type RestLength = 'none' | 'brief' | 'standard' | 'billing'

export interface Rule {
  /** The chain asks its next candidate. */
  readonly next: boolean
  /** Passes by itself within seconds, so that the whole chain may be asked again. */
  readonly retry: boolean
  readonly rest: RestLength
  /** Who rests: this model under this key, or every model under this key. */
  readonly scope: 'model' | 'key'
}

const rule = (rest: RestLength, more: Partial<Rule> = {}): Rule => ({
  next: true,
  retry: false,
  rest,
  scope: 'model',
  ...more,
})

/**
 * What each kind of failure means for the chain. A candidate rests for what is its own fault and would befall the next request too;
 * it does not rest for what is the fault of one request.
 */
export const policy: Readonly<Record<FailureKind, Rule>> = {
  // The same key opens no other model either.
  auth: rule('standard', { scope: 'key' }),
  // The balance belongs to the account; nobody tops it up within seconds.
  billing: rule('billing', { scope: 'key' }),
  // Vendors count per model; the other models of the key stay free.
  'rate-limit': rule('standard', { retry: true }),
  overloaded: rule('standard', { retry: true }),
  // Has cost the user up to two minutes: moving on is right, waiting that long again without being asked is not.
  timeout: rule('standard'),
  network: rule('brief', { retry: true }),
  // The request's fault, but another model may have a larger window.
  'too-long': rule('none'),
  // The request's fault, but another vendor may accept it.
  'bad-request': rule('none'),
  // A wrong base stays wrong, a captive portal looks the same and passes: so only briefly.
  'bad-endpoint': rule('brief'),
  // Switching the VPN or the proxy on helps at once, so only briefly.
  blocked: rule('brief'),
  // No request will find this model; a growing rest spares every turn the detour. `models test` ends it after a mend.
  'not-found': rule('standard'),
  // A vendor that refuses on content is not to be outwitted by asking the next one.
  refused: rule('none', { next: false }),
  // The user said stop.
  aborted: rule('none', { next: false }),
  // As often the request's fault (all tokens spent on reasoning) as the vendor's; asking again often helps.
  empty: rule('none', { retry: true }),
  cut: rule('brief', { retry: true }),
  'bad-reply': rule('brief', { retry: true }),
  // Free and local candidates may still answer; the cap does not rise within seconds.
  budget: rule('none'),
  // Not the vendor's fault: the bucket itself tells when it is full again.
  paced: rule('none', { retry: true }),
  // Was not asked, so nothing new is known; it rests already.
  resting: rule('none', { retry: true }),
  // Nothing is known: on to the next, but a cause on our side must not lock every candidate out for an hour.
  unknown: rule('brief'),
}

/** Seconds of rest after the n-th failure in a row (n from 1): 60, 300, 1500, then an hour. */
export function standardRestSeconds(failures: number): number {
  return Math.min(3_600, 60 * 5 ** Math.min(failures - 1, 3))
}

/** Seconds of rest after the n-th billing failure in a row (n from 1): 5, 10, 20 hours, then a day. */
export function billingRestSeconds(failures: number): number {
  return 3_600 * Math.min(24, 5 * 2 ** Math.min(failures - 1, 10))
}

/** Seconds of a brief rest, given the brief rest before it (0 = none): 5, 10, 20, then 30. */
export function briefRestSeconds(before: number): number {
  return before === 0 ? 5 : Math.min(30, 2 * before)
}

/** The longest rest, also when a vendor asks for more: a day. */
export const longestRestSeconds = 86_400
