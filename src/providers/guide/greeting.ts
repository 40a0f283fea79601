const words =
  'hello|hi|hiya|hey|heya|yo|hallo|servus|moin|hola|bonjour|salut|ciao|olá|ola|hei|hej|namaste|good (?:morning|day|afternoon|evening)|你好|您好|嗨|早上好|こんにちは|もしもし|안녕하세요|안녕|привет|здравствуйте|مرحبا|שלום|test|testing|ping'
const greeting = new RegExp(
  `^(?:${words})(?:[\\s!.,…👋]+(?:${words}|picoclaw|there|world|everyone|all))*[\\s!.,…?👋]*$`,
  'iu',
)

const aboutItself =
  /^(?:and )?(?:(?:who|what) are you|what(?:'s| is) (?:this|picoclaw)|(?:what|which) model (?:are you|is this)|what can you do|help(?: me)?)[\s?!.]*$/i

/** True for a greeting, a sign of life, a question who is there, and nothing at all. */
export function isGreeting(text: string): boolean {
  return text === '' || greeting.test(text) || aboutItself.test(text)
}

/** True for a few words that ask nothing. */
export function isSmallTalk(text: string): boolean {
  return !/[?？]/.test(text) && text.split(/\s+/).length <= 3 && text.length <= 40
}
