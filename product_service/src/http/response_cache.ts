/**
 * Remembers answers for as long as nobody changed anything: a shop is read far more often than it is written.
 *
 * It is never stale: every question first asks the store for its revision, which notices the commits of other
 * processes too, and everything is forgotten when that is another number than before. A store that can't tell
 * (`undefined`) has nothing remembered, and neither is an answer that may change without a revision (`passing`).
 */

/** Characters kept at most, about 8 MB; one more answer and all are forgotten. */
const CHARACTERS_MAX = 4_000_000

export type CacheableResponse = { readonly text: string; readonly transient?: boolean }

export type ResponseCache<Answer extends CacheableResponse> = {
  /**
   * The answer made for `key` at this revision, at once; or else what `make` resolves. A rejection is not
   * remembered.
   */
  getOrCreate(key: string, make: () => Promise<Answer>): Answer | Promise<Answer>
}

export function createResponseCache<Answer extends CacheableResponse>(
  revision: () => number | undefined,
): ResponseCache<Answer> {
  const answers = new Map<string, Answer>()
  let characters = 0
  let seen: number | undefined

  const forget = () => {
    answers.clear()
    characters = 0
  }

  const remember = async (key: string, asked: number | undefined, made: Promise<Answer>) => {
    const answer = await made
    // If another question met a newer revision meanwhile, this answer may be older than that one.
    if (asked === undefined || asked !== seen || answer.transient === true) return answer
    characters += key.length + answer.text.length
    if (characters > CHARACTERS_MAX) forget()
    else answers.set(key, answer)
    return answer
  }

  return {
    getOrCreate(key, make) {
      const asked = revision()
      if (asked !== seen) {
        forget()
        seen = asked
      }
      return answers.get(key) ?? remember(key, asked, make())
    },
  }
}
