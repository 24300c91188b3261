/**
 * The built page, index.html, as the one place that every page is made from: what the gateway knows goes into its head and
 * into the root of the app, which replaces it at its first render.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Html, html, joined } from './html.ts'

export const INDEX = 'index.html'
const LANGUAGE = '<html lang="en">'
const HEAD = /<!--head-->[\s\S]*?<!--\/head-->/
const ROOT = '<div id="root"></div>'
const END = '</head>'
const MANIFEST = join('.vite', 'manifest.json')

export type Filling = {
  readonly language: string
  readonly direction: string
  /** Title, description and what else readers without scripts need in the head. */
  readonly head: Html
  /** Inside the root of the app. */
  readonly body: Html
  /** Behind it: for the app. */
  readonly data: Html
  /** Modules of the pages (such as `src/shop/product_page.tsx`) that this page needs at once. */
  readonly modules: readonly string[]
}

/** Undefined when the page has no places to fill. */
export type FillPage = (filling: Filling) => string

export const readIndexPage = (folder: string): FillPage | undefined =>
  fillPage(readFileSync(join(folder, INDEX), 'utf8'), readManifest(folder))

type Chunks = Readonly<Record<string, { readonly file: string; readonly imports?: readonly string[] }>>

export function fillPage(text: string, chunks: Chunks): FillPage | undefined {
  const head = HEAD.exec(text)?.[0]
  if (head === undefined || ![LANGUAGE, ROOT, END].every((place) => text.includes(place))) return undefined
  return (filling) =>
    text
      .replace(LANGUAGE, () => html`<html lang="${filling.language}" dir="${filling.direction}">`.text)
      .replace(head, () => filling.head.text)
      .replace(END, () => preloads(chunks, filling.modules, text).text + END)
      .replace(ROOT, () => html`<div id="root">${filling.body}</div>${filling.data}`.text)
}

/** Their code is requested together with that of the first chunk, not after it. */
function preloads(chunks: Chunks, modules: readonly string[], text: string): Html {
  const files = new Set<string>()
  const add = (name: string) => {
    const chunk = chunks[name]
    if (!chunk || files.has(chunk.file) || text.includes(chunk.file)) return
    files.add(chunk.file)
    for (const each of chunk.imports ?? []) add(each)
  }
  for (const each of modules) add(each)
  return joined([...files].map((file) => html`<link rel="modulepreload" crossorigin href="/${file}" />`))
}

function readManifest(folder: string): Chunks {
  try {
    return JSON.parse(readFileSync(join(folder, MANIFEST), 'utf8'))
  } catch {
    return {}
  }
}
