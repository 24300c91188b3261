/** The pictures of the demo catalogue: which product, what they show, and the point that must stay when they are cropped. */
import type { Scene } from './render/render.ts'
import { candleLying, candlePair } from './scenes/candles.ts'
import { coffeeSet } from './scenes/coffee.ts'
import { basilClose, herbPots } from './scenes/herbs.ts'
import { knifeOnBoard } from './scenes/knife.ts'
import { lampOnDesk } from './scenes/lamp.ts'
import { mugFromAbove, mugOnTable } from './scenes/mug.ts'
import { notebookClosed, notebookOpen } from './scenes/notebook.ts'
import { repairKit } from './scenes/repair_kit.ts'
import { rucksackBuckle, rucksackOnTable } from './scenes/rucksack.ts'
import { scarfFolded, scarfRolled } from './scenes/scarf.ts'
import { skilletOnCloth } from './scenes/skillet.ts'
import { slippersPair } from './scenes/slippers.ts'

/** A point in percent of the width and of the height, from the upper left. */
export type Focus = { readonly x: number; readonly y: number }

export type PlannedPicture = {
  /** The name of the product, or group of variants, in the demo catalogue. */
  readonly product: string
  /** Shown for the variants that have this value. */
  readonly value?: string
  /** Differs between the pictures of one product; for the name of a file. */
  readonly view: string
  readonly alt: { readonly en: string; readonly de: string }
  readonly focus: Focus
  readonly scene: () => Scene
}

/** In the order of the catalogue; the first picture of a product is the one that lists show. */
export const PICTURES: readonly PlannedPicture[] = [
  {
    product: 'Walnut desk lamp',
    view: 'lit',
    alt: {
      en: 'A lit desk lamp with a walnut arm and a linen shade, beside two books',
      de: 'Eine leuchtende Schreibtischlampe mit Arm aus Nussbaum und Leinenschirm, daneben zwei Bücher',
    },
    focus: { x: 47, y: 50 },
    scene: lampOnDesk,
  },
  {
    product: 'Pour-over coffee set',
    view: 'brewed',
    alt: {
      en: 'A glass carafe half full of coffee with a steel filter on top; a scoop and beans in front',
      de: 'Eine halb mit Kaffee gefüllte Glaskanne mit Stahlfilter, davor ein Messlöffel und Bohnen',
    },
    focus: { x: 47, y: 52 },
    scene: coffeeSet,
  },
  {
    product: 'Merino travel scarf',
    view: 'folded',
    alt: {
      en: 'A folded rust-red merino scarf in herringbone, its striped and fringed end in front',
      de: 'Ein gefalteter rostroter Merinoschal mit Fischgratmuster; vorn das gestreifte Ende mit Fransen',
    },
    focus: { x: 50, y: 55 },
    scene: scarfFolded,
  },
  {
    product: 'Merino travel scarf',
    view: 'rolled',
    alt: { en: 'The scarf rolled up to the size of a fist', de: 'Der Schal, auf Faustgröße zusammengerollt' },
    focus: { x: 48, y: 50 },
    scene: scarfRolled,
  },
  {
    product: 'Cast-iron skillet',
    view: 'whole',
    alt: {
      en: 'A black cast-iron skillet with a sprig of rosemary, beside it two brown eggs on a cloth',
      de: 'Eine schwarze Gusseisenpfanne mit einem Rosmarinzweig, daneben zwei braune Eier auf einem Tuch',
    },
    focus: { x: 48, y: 50 },
    scene: skilletOnCloth,
  },
  {
    product: 'Wool felt slippers',
    view: 'pair',
    alt: {
      en: 'A pair of grey felt slippers with cork soles and rust-red piping',
      de: 'Ein Paar graue Filzpantoffeln mit Korksohle und rostroter Einfassung',
    },
    focus: { x: 50, y: 52 },
    scene: slippersPair,
  },
  {
    product: 'Bicycle repair kit',
    view: 'open',
    alt: {
      en: 'An open canvas roll with tyre levers, a multi-tool, a pump and glue; patches and a sprocket beside it',
      de: 'Eine offene Rolltasche mit Reifenhebern, Multiwerkzeug, Pumpe und Kleber; daneben Flicken und ein Ritzel',
    },
    focus: { x: 50, y: 50 },
    scene: repairKit,
  },
  {
    product: 'Stoneware mug',
    value: 'Sea green',
    view: 'side',
    alt: {
      en: 'A speckled stoneware mug in sea green with a raw clay foot, full of coffee',
      de: 'Ein gesprenkelter Steinzeugbecher in Meergrün mit unglasiertem Fuß, gefüllt mit Kaffee',
    },
    focus: { x: 50, y: 50 },
    scene: () => mugOnTable(),
  },
  {
    product: 'Stoneware mug',
    value: 'Sea green',
    view: 'above',
    alt: { en: 'The mug from above, with coffee in it', de: 'Der Becher von oben, mit Kaffee' },
    focus: { x: 48, y: 44 },
    scene: mugFromAbove,
  },
  {
    product: 'Stoneware mug',
    value: 'Oat white',
    view: 'white',
    alt: {
      en: 'The mug in oat white, with dark specks and a raw clay foot',
      de: 'Der Becher in Haferweiß, mit dunklen Sprenkeln und unglasiertem Fuß',
    },
    focus: { x: 50, y: 50 },
    scene: () => mugOnTable('white'),
  },
  {
    product: 'Stoneware mug',
    value: 'Ink blue',
    view: 'blue',
    alt: {
      en: 'The mug in ink blue, whose glaze is thin at the rim',
      de: 'Der Becher in Tintenblau, dessen Glasur am Rand dünn ist',
    },
    focus: { x: 50, y: 50 },
    scene: () => mugOnTable('blue'),
  },
  {
    product: 'Canvas rucksack',
    view: 'front',
    alt: {
      en: 'An olive rucksack of waxed canvas with leather straps and brass buckles',
      de: 'Ein olivgrüner Rucksack aus gewachstem Canvas mit Lederriemen und Messingschnallen',
    },
    focus: { x: 50, y: 50 },
    scene: rucksackOnTable,
  },
  {
    product: 'Canvas rucksack',
    view: 'buckles',
    alt: {
      en: 'Brass buckles on the leather straps, close up',
      de: 'Die Messingschnallen der Lederriemen aus der Nähe',
    },
    focus: { x: 45, y: 52 },
    scene: rucksackBuckle,
  },
  {
    product: 'Beeswax candles',
    view: 'lit',
    alt: {
      en: 'Two rolled beeswax candles with a honeycomb pattern on brass plates, one of them lit',
      de: 'Zwei gerollte Bienenwachskerzen mit Wabenmuster auf Messingtellern, eine davon brennt',
    },
    focus: { x: 50, y: 50 },
    scene: candlePair,
  },
  {
    product: 'Beeswax candles',
    view: 'lying',
    alt: { en: 'The pair of candles lying on linen', de: 'Das Kerzenpaar auf Leinen liegend' },
    focus: { x: 50, y: 52 },
    scene: candleLying,
  },
  {
    product: 'Chef’s knife',
    view: 'board',
    alt: {
      en: 'A chef’s knife with a carbon steel blade and an ash handle on a walnut board, with two tomatoes',
      de: 'Ein Kochmesser mit Klinge aus Kohlenstoffstahl und Eschengriff auf einem Nussbaumbrett mit zwei Tomaten',
    },
    focus: { x: 50, y: 52 },
    scene: knifeOnBoard,
  },
  {
    product: 'Herb garden kit',
    view: 'pots',
    alt: {
      en: 'Basil, thyme and chives in three clay pots with wooden labels',
      de: 'Basilikum, Thymian und Schnittlauch in drei Tontöpfen mit Holzschildern',
    },
    focus: { x: 50, y: 52 },
    scene: herbPots,
  },
  {
    product: 'Herb garden kit',
    view: 'basil',
    alt: { en: 'The pot of basil, close up', de: 'Der Topf mit Basilikum aus der Nähe' },
    focus: { x: 48, y: 45 },
    scene: basilClose,
  },
  {
    product: 'Dotted notebook',
    view: 'open',
    alt: {
      en: 'An open notebook with dotted pages that lies flat, a rust-red pencil on it',
      de: 'Ein aufgeschlagenes Notizbuch mit gepunkteten Seiten, das flach liegt; darauf ein rostroter Bleistift',
    },
    focus: { x: 50, y: 50 },
    scene: notebookOpen,
  },
  {
    product: 'Dotted notebook',
    view: 'closed',
    alt: {
      en: 'The notebook closed, in blue-green cloth with an elastic band',
      de: 'Das geschlossene Notizbuch in blaugrünem Leinen mit Gummiband',
    },
    focus: { x: 50, y: 50 },
    scene: notebookClosed,
  },
]
