/** A whole page as text, from what is known of it. Pure: the same input gives the same text, so its hash is its ETag. */
import { LANGUAGES } from '../../web/src/language/languages.ts'
import { coloursAsProperties } from '../../web/src/settings/accent.ts'
import { shownSettings } from '../../web/src/settings/shown_settings.ts'
import type { Answer, Content } from './content.ts'
import { html, joined, raw, scriptData } from './html.ts'
import { iconOf } from './icon.ts'
import type { FillPage } from './index_page.ts'
import { servedBody, servedFooter } from './served_body.ts'
import { servedHead } from './served_head.ts'
import { firstPictureOf, styleOfPicture } from './served_top.ts'
import type { View } from './view.ts'

/** web/src/served.ts reads it. */
const DATA_ID = 'shop-data'
const COLOURS_ID = 'shop-colours'
const PICTURE_ID = 'shop-picture'

export type Rendering = {
  readonly view: View
  /** Without content it is a page that only the app shows, or, if `missing`, one that is not there. */
  readonly content?: Content | undefined
  readonly missing?: boolean
  readonly answers?: readonly Answer[]
  readonly canonical?: string | undefined
  readonly next?: string | undefined
  readonly modules?: readonly string[]
}

export type Rendered = {
  readonly text: string
  /** The texts of its style elements, for the policy. */
  readonly styles: readonly string[]
}

export function renderPage(fill: FillPage, page: Rendering): Rendered {
  const { view, content, missing = false, answers = [], canonical, next, modules = [] } = page
  const { language, settings } = view
  const first = content && firstPictureOf(content)
  const styles = [
    [COLOURS_ID, styleOf(view)],
    [PICTURE_ID, first ? styleOfPicture(first) : ''],
  ].filter(([, style]) => style !== '')
  const data = { settings: shownSettings(settings), language, answers }
  const title = missing ? { title: view.texts.notFound } : {}
  const text = fill({
    language,
    direction: LANGUAGES[language].direction,
    head: joined([
      servedHead(view, { ...(content ? { content } : {}), ...title, canonical }),
      iconOf(settings),
      ...styles.map(([id, style]) => html`<style id="${id}">${raw(style!)}</style>`),
    ]),
    body: content || missing ? servedBody(view, content, next) : servedFooter(view),
    data: html`<script type="application/json" id="${DATA_ID}">${scriptData(data)}</script>`,
    modules: [...(language === 'en' ? [] : [`src/language/${language}/texts.ts`]), ...modules],
  })
  return { text, styles: styles.map(([, style]) => style!) }
}

/** The shop's own colours; the values are checked, so they are safe as they are. */
function styleOf({ settings }: View): string {
  const properties = Object.entries(coloursAsProperties(settings.colours))
  if (properties.length === 0) return ''
  return `:root{${properties.map(([name, value]) => `${name}:${value}`).join(';')}}`
}
