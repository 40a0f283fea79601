import type { FailureKind } from '../core/failure.ts'

/** A name as vendors print it: no space and no quote inside, so a quoted user text can never match. */
const name = '[`\'"]?[\\w.:/@+-]+[`\'"]?'
const number = '[\\d,._]+'

/**
 * How vendors begin the sentences of their own error messages. Every row is anchored at the start, and what may vary within a row is
 * a name or a number: words of a user that an error echoes later in the sentence, or inside quotes, match nothing.
 */
const rows: Partial<Record<FailureKind, readonly string[]>> = {
  billing: [
    '(?:you )?exceeded your current quota',
    'insufficient (?:account )?(?:balance|credits?|quota|funds)\\b',
    'payment required\\b',
    'your (?:credit |account )?balance is too low',
    'your account is not active, please check your billing',
    'you have (?:reached|exceeded) your (?:specified )?(?:monthly|api|usage|spending|credit)\\b',
    'this request requires more credits',
    'billing hard limit has been reached',
    'you have run out of credits',
  ],
  'rate-limit': [
    '(?:api |global |request |token )?rate[ _-]?limit(?: has been| is)? (?:exceeded|reached)',
    'rate[ _]limit(?:ed|_error|_exceeded)?[.!]?$',
    'too many (?:requests|tokens per)\\b',
    'resource (?:has been )?exhausted',
    'resource_exhausted',
    'quota exceeded',
    '(?:requests?|tokens?|usage|concurrency) limit (?:exceeded|reached)',
    'number of request tokens has exceeded your',
    "this request would exceed (?:your|the) (?:account's |organization's )?rate limit",
    'request was throttled',
    'you are being rate limited',
  ],
  overloaded: [
    'overloaded(?:_error)?[.!]?$',
    '(?:the |that )?(?:server|engine|model|service|system)(?: is)?(?: currently| temporarily)? (?:overloaded|unavailable|busy)\\b',
    'internal server error\\b',
    'bad gateway\\b',
  ],
  timeout: [
    '(?:request |connection |gateway |upstream (?:request )?|operation |read )?(?:timeout|timed out|time-out)\\b',
    '(?:context )?deadline exceeded\\b',
  ],
  auth: [
    '(?:invalid|incorrect|wrong|missing|no|bad) (?:x-)?api[ _-]?key\\b',
    'invalid_api_key\\b',
    '(?:the |your )?api key (?:not valid|is (?:invalid|missing|required|not valid)|not found|(?:has )?expired)',
    'invalid (?:access |auth(?:entication|orization)? |bearer |oauth )?token[.!]?$',
    'invalid (?:authentication|bearer|credentials)\\b',
    'authentication (?:failed|fails|error|required|is required)\\b',
    'unauthori[sz]ed\\b',
    '(?:your |the )?(?:access |auth |oauth |api )?token (?:has |is )?(?:been )?(?:expired|revoked|invalid)\\b',
    'oauth token (?:refresh failed|has expired)',
    'no (?:credentials|api key|auth credentials|cookie auth credentials) (?:found|provided)',
    "you didn't provide an api key",
    'forbidden[.!]?$',
    'access denied[.!]?$',
    'permission denied[.!]?$',
  ],
  blocked: [
    'country, region, or territory not supported',
    'user location is not supported',
    'access denied (?:by|due to) (?:security|policy|firewall|network)',
  ],
  'too-long': [
    'context[ _](?:length|window)[ _]?exceeded',
    '(?:litellm\\.)?contextwindowexceedederror\\b',
    "(?:this (?:model|endpoint)'s |the |the model's |model )?maximum (?:context|prompt) length\\b",
    '(?:the |your )?(?:input|prompt|request|conversation|context) is too (?:long|large)\\b',
    'request (?:entity )?too large\\b',
    'payload too large\\b',
    `(?:the )?input token count (?:\\(?${number}\\)? )?exceeds`,
    `(?:the )?request (?:\\(${number} tokens\\) )?exceeds the (?:available|maximum) context`,
    'input length and .max_tokens. exceed context limit',
    '(?:your |the )?input exceeds the context window',
    '(?:invalid request: )?your request exceeded model token limit',
    '(?:invalid params, )?context window exceeds limit',
    `prompt token count of ${number} exceeds`,
    `prompt contains ${number} tokens`,
    'token limit (?:exceeded|reached)',
    'too many tokens(?! per)\\b',
    'range of input length should be',
    'requested token count exceeds',
    'please reduce the length of the messages',
    '.inputs. tokens \\+ .max_new_tokens. must be',
    'trying to keep the first',
  ],
  'not-found': [
    `(?:the )?(?:requested )?model:? ${name} (?:does not exist|not found|is not (?:found|supported|available|a valid))`,
    `(?:the )?model ${name} (?:has been|is) deprecated`,
    'model (?:is )?not (?:found|exist)',
    `model: ${name}\\.?$`,
    'no such model\\b',
    'unknown model\\b',
    'invalid model(?: name| id)?\\b',
    `${name} is not a valid model id`,
    `no endpoints found for ${name}`,
    `models/${name} is not found`,
  ],
  refused: [
    'content exists risk',
    '(?:the |your )?(?:request|prompt|input|output|response|content) (?:was|were|has been) (?:rejected|blocked|flagged|filtered)\\b',
    'output blocked by content filtering',
    '(?:input|output)(?: text)? data may contain inappropriate content',
    'invalid prompt: your prompt was flagged',
    'your request was rejected as a result of our safety system',
  ],
  'bad-request': [
    'string should match pattern',
    'tool_use[._]id\\b',
    'messages[.[]\\d+',
    'invalid request(?: format| body|[.!:]|$)',
    '(?:zhipu api )?error code:? 1210\\b',
    'image (?:dimensions exceed|exceeds?)\\b',
    'unsupported (?:parameter|value|content type)\\b',
    'unrecognized request argument',
  ],
}

const compile = (pattern: string) => new RegExp(`^(?:${pattern})`, 'i')
const templates = Object.entries(rows).flatMap(([kind, patterns]) =>
  patterns.map((pattern) => [compile(pattern), kind as FailureKind] as const),
)

/** The kind that a vendor's own sentence tells; undefined when it is none that we know. */
export function kindByMessage(message: string): FailureKind | undefined {
  return templates.find(([pattern]) => pattern.test(message))?.[1]
}

const vision = [
  'image inputs? (?:is|are) not supported',
  'images? (?:is|are) not supported',
  "unsupported content type:? '?image_url",
  "invalid (?:field |content |value |type )?(?:at )?(?:messages\\[\\d+\\]\\.content\\[\\d+\\]\\.)?'?image_url",
  'no endpoints found that support image input',
  `(?:this |the |selected )?model (?:${name} )?does not support (?:image|vision)`,
  'unknown variant .?image_url',
].map(compile)

/** True when an endpoint refuses a picture as such, whatever the picture. `message` is the vendor's own sentence. */
export const isVisionMessage = (message: string): boolean => vision.some((pattern) => pattern.test(message))

const parameters = [
  `unsupported (?:parameter|value): (${name})`,
  `unrecognized request arguments? supplied: (${name})`,
  `(?:unknown|unsupported|unrecognized|invalid) (?:parameter|field|name|argument):? (${name})`,
  `(${name}): extra inputs are not permitted`,
  `(${name})(?: and ${name})? (?:is|are) (?:not supported|deprecated|not permitted|not allowed|unsupported)`,
  `${name} and (${name}) cannot both be specified`,
  `property (${name}) is unsupported`,
  `(?:this |the )?model (?:${name} )?does not support (?:the )?(?:parameter )?(${name})`,
  `(max_tokens|max_completion_tokens): ${number} >`,
].map(compile)

/** The request parameter that a vendor's own sentence names as the trouble. */
export function parameterIn(message: string): string | undefined {
  for (const pattern of parameters) {
    const found = pattern.exec(message)?.[1]
    if (found) return found.replaceAll(/[`'"]/g, '')
  }
  return undefined
}
