import type { FailureKind } from '../core/failure.ts'

/** Codes and types that say enough by themselves. Compared whole, in lower case. */
const decisive: Partial<Record<FailureKind, readonly string[]>> = {
  auth: [
    'invalid_api_key',
    'invalidapikey',
    'authentication_error',
    'authenticationerror',
    'invalid_authentication_error',
    'incorrect_api_key_error',
    'unauthenticated',
    'unauthorized',
    'invalid_token',
    'token_expired',
    'account_deactivated',
  ],
  billing: [
    'insufficient_quota',
    'insufficient_balance',
    'insufficient_credits',
    'insufficient_user_quota',
    'billing_error',
    'billing_hard_limit_reached',
    'billing_not_active',
    'payment_required',
    'exceeded_current_quota_error',
    'arrearage',
    'accountoverdueerror',
  ],
  'rate-limit': [
    'rate_limit_error',
    'rate_limit_exceeded',
    'rate_limit_reached_error',
    'too_many_requests',
    'resource_exhausted',
    'throttling',
    'throttling.ratequota',
    'throttling.allocationquota',
    'throttlingexception',
    'limit_requests',
  ],
  overloaded: [
    'overloaded_error',
    'overloaded',
    'server_overloaded',
    'engine_overloaded',
    'engine_overloaded_error',
    'service_unavailable',
    'serviceunavailable',
    'model_overloaded',
    'unavailable',
  ],
  timeout: ['timeout_error', 'timeout', 'deadline_exceeded', 'request_timeout'],
  'too-long': [
    'context_length_exceeded',
    'context_window_exceeded',
    'model_context_window_exceeded',
    'exceed_context_size_error',
    'request_too_large',
    'prompt_too_long',
    'string_above_max_length',
  ],
  'not-found': [
    'model_not_found',
    'model_not_exist',
    'modelnotfound',
    'model_not_found_error',
    'invalidendpointormodel.notfound',
    'unknown_model',
    'invalid_model',
  ],
  refused: [
    'content_filter',
    'content_policy_violation',
    'data_inspection_failed',
    'datainspectionfailed',
    'responsibleaipolicyviolation',
    'moderation_blocked',
  ],
  blocked: ['unsupported_country_region_territory'],
  'bad-request': ['unsupported_parameter', 'unsupported_value', 'unknown_parameter', 'invalid_value'],
}
/** Types so general that the status and the sentence may know better. */
const general: Partial<Record<FailureKind, readonly string[]>> = {
  'bad-request': [
    'invalid_request_error',
    'invalid_argument',
    'badrequesterror',
    'invalid_request',
    'bad_request',
    'invalid_parameter_error',
  ],
  overloaded: [
    'server_error',
    'api_error',
    'internal_error',
    'internal_server_error',
    'internal',
    'internalservererror',
  ],
  auth: ['permission_error', 'permission_denied', 'permissiondenied'],
  'not-found': ['not_found_error', 'not_found'],
}
const indexed = (table: Partial<Record<FailureKind, readonly string[]>>) =>
  new Map(Object.entries(table).flatMap(([kind, codes]) => codes.map((code) => [code, kind as FailureKind] as const)))
/** Kind by a decisive code. */
export const byDecisiveCode = indexed(decisive)
/** Kind by a general type. */
export const byGeneralCode = indexed(general)

/** What a status means when nothing else is known. */
const byStatus: Readonly<Record<number, FailureKind>> = {
  401: 'auth',
  402: 'billing',
  403: 'auth',
  404: 'not-found',
  405: 'bad-endpoint',
  407: 'blocked',
  408: 'timeout',
  413: 'too-long',
  429: 'rate-limit',
  451: 'blocked',
  501: 'bad-endpoint',
  504: 'timeout',
  522: 'timeout',
  524: 'timeout',
}
/** Statuses that need no second opinion. */
export const settled = new Set([401, 402, 407, 408, 413, 451])

/** The kind of a status alone. */
export function kindByStatus(status: number): FailureKind {
  const known = byStatus[status]
  if (known) return known
  if (status >= 500) return 'overloaded'
  return status >= 400 ? 'bad-request' : 'bad-endpoint'
}
