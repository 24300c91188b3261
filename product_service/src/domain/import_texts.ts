/**
 * What can be said of a row of an import, or of its file: a code, and values for the places in its text. The texts here are the
 * English ones; import_texts_de.ts has the German ones. client/generate.ts copies both for pages.
 *
 * Invariants
 *  1. Every note has a code of this catalogue, and a value for each place in the text: the compiler checks both.
 *  2. Codes are permanent, texts may improve. A page that does not know a code shows `message`.
 */
export const IMPORT_TEXTS = {
  // Cells.
  text_too_long: '“{value}” must have at most {max} characters.',
  text_control: '“{value}” must not contain control characters.',
  text_direction: '“{value}” must not contain characters that change the direction of the text.',
  text_hidden: '“{value}” must not contain hidden characters.',
  text_marks: '“{value}” must not have more than {max} marks on one letter.',
  text_one_line: '“{value}” must be one line, without tabs.',
  text_blank: '“{value}” must not be blank.',
  number_invalid: '“{value}” must be a whole number from 0 to {max}.',
  amount_invalid:
    '“{value}” must be an amount in {currency} of at most {max} with at most {digits} digits after the point.',
  weight_invalid: '“{value}” must be a weight such as 500, 500 g or 0.5 kg.',
  gtin_invalid: '“{value}” must be 8, 12, 13 or 14 digits with a right check digit.',
  slug_invalid: '“{value}” must be words of small letters and digits, joined by single hyphens.',
  id_invalid: '“{value}” is no id. Leave it blank for a new product.',
  tax_class_invalid: '“{value}” must be one of {options}.',
  status_invalid: '“{value}” must be draft or published.',
  time_invalid: '“{value}” must be a time such as 2026-01-31T12:00:00Z.',
  type_invalid: '“{value}” must be product, group or variant.',
  lines_invalid: '“{value}” must be lines such as “Name: value; value”.',
  picture_invalid:
    '“{value}” must be the id of an uploaded picture (64 digits), x,y of its focus, and its description.',
  too_many_categories: 'There must be at most {max} categories, each once.',
  too_many_pictures: 'There must be at most {max} pictures, each once.',
  too_many_values: 'There must be at most {max} values, each once.',
  too_many_option_values: 'An option has at most {max} values.',
  // Rows.
  key_blank: 'It must not be blank.',
  group_key_missing: 'A group needs an id or a slug.',
  product_key_missing: 'A product needs a sku, an id or a slug.',
  variant_group_missing: 'A variant needs the slug or id of its group.',
  variant_slug: 'A variant has the address of its group.',
  variant_categories: 'A variant has the categories of its group.',
  variant_attributes: 'A variant has the attributes of its group.',
  variant_value_missing: 'A variant needs a value of each option.',
  group_of_product: 'Only a variant has a group.',
  second_row: 'A second row of a product without options.',
  rows_apart: 'The rows of “{value}” must follow each other, at most {max} of them.',
  handle_invalid: '“{value}” has neither a letter nor a digit.',
  product_name_missing: 'A new product needs a name.',
  product_price_missing: 'A new product needs a price.',
  group_name_missing: 'A new group needs a name.',
  group_options_missing: 'A new group needs its options.',
  option_values_unfit: 'One value of each option is needed: {options}.',
  repeated_id: 'The id {value} is also in row {row}.',
  repeated_sku: 'The SKU {value} is also in row {row}.',
  repeated_slug: 'The address {value} is also in row {row}.',
  repeated_variant: 'The variant {value} is also in row {row}.',
  product_unknown: 'There is no product {id}.',
  group_id_unknown: 'There is no group {id}.',
  group_unknown: 'There is no group {group}, and no row before that makes it.',
  category_unknown: 'There is no category {category}.',
  picture_unknown: 'There is no picture {id}. Upload it first.',
  sku_of_other: '{sku} is the SKU of {owner}.',
  address_of_product: '{slug} is the address of a product.',
  address_of_group: '{slug} is the address of a group.',
  address_of_category: '{slug} is the address of a category.',
  // Warnings.
  stock_below_zero: '“{value}” counts as 0: stock is never negative here.',
  description_cut: 'The description is cut after {max} characters.',
  pictures_not_downloaded:
    'Pictures are not downloaded from other addresses. Upload them, and name them by their ids in the column pictures.',
  // Conflicts.
  changed_since_export:
    'It has changed since the export (version {seen}, now {now}): the row is left as it is.',
  stock_changed_since_export:
    'It has changed since the export (version {seen}, now {now}): its stock is left as it is.',
  changed_meanwhile: '{name}: It was changed or removed after the check, and is left as it is.',
  stock_counted: '{name}: Its stock was changed by hand after the check, and is left as it is.',
  stock_sold: '{name}: So many units were sold after the check that its stock cannot be reduced so far.',
  stock_busy: '{name}: Its stock changes all the time, and is left as it is. Import the row again.',
  // Refusals, by the code of the problem.
  refused_sku_taken: '{name}: {detail}',
  refused_slug_taken: '{name}: {detail}',
  refused_category_unknown: '{name}: {detail}',
  refused_media_unknown: '{name}: {detail}',
  refused_option_values_invalid: '{name}: {detail}',
  refused_variant_exists: '{name}: {detail}',
  refused_group_is_full: '{name}: {detail}',
  refused_option_in_use: '{name}: {detail}',
  refused_not_a_draft: '{name}: {detail}',
  refused_belongs_to_group: '{name}: {detail}',
  refused_stock_limit_exceeded: '{name}: {detail}',
  refused: '{name}: {detail}',
  // What is said in addition if there is a value `moved`.
  stock_moved: 'Its stock was changed by {moved}.',
  // Files.
  file_empty: 'The file is empty.',
  file_is_spreadsheet: 'This is a spreadsheet file, not CSV. Save it as “CSV UTF-8”.',
  file_not_text:
    'The file is not {encoding} text. Save it as “CSV UTF-8”; other encodings, such as Windows-1252, are not read.',
  file_has_nul: 'The file has NUL characters, so it is no text in UTF-8. Save it as “CSV UTF-8”.',
  file_part_missing: 'A part of the file is missing. Upload it again.',
  file_no_key_column:
    'There is no column that says which product a row is: sku, id, slug or Handle. The first row must have the names of the columns.',
  file_too_many_columns: 'A file has at most {max} columns.',
  file_too_many_rows: 'The file has more than {max} rows. Split it.',
  file_row_too_long: 'A row has more than {max} characters near line {line}. Is a quotation mark not closed?',
  file_quote_open: 'A quotation mark is not closed near line {line}.',
  file_quote_inside: 'There is a quotation mark inside of a cell near line {line}. Write it twice.',
  file_not_csv: 'The file is no CSV near line {line}.',
} as const

export type ImportCode = keyof typeof IMPORT_TEXTS
export const IMPORT_CODES = Object.keys(IMPORT_TEXTS) as readonly ImportCode[]

/** The places in a text. */
type Places<Text extends string> = Text extends `${string}{${infer Place}}${infer Rest}`
  ? Place | Places<Rest>
  : never
export type ImportValue = string | number
export type ValuesOf<Code extends ImportCode> = Readonly<
  Record<Places<(typeof IMPORT_TEXTS)[Code]>, ImportValue>
>
/** Of a code without places, none. */
export type Given<Code extends ImportCode> = [keyof ValuesOf<Code>] extends [never]
  ? readonly []
  : readonly [values: ValuesOf<Code>]

/** Said of a row or a file. */
export type Saying = {
  readonly code: ImportCode
  readonly values: Readonly<Record<string, ImportValue>>
  /** In English. */
  readonly message: string
}

export const saying = <Code extends ImportCode>(code: Code, ...[values]: Given<Code>): Saying =>
  said(code, values ?? {})

/** The same with the units that were moved all the same. */
export const withMoved = ({ code, values }: Saying, moved: number): Saying =>
  moved === 0 ? said(code, values) : said(code, { ...values, moved })

export function said(code: ImportCode, values: Saying['values']): Saying {
  return { code, values, message: textOf(code, values, IMPORT_TEXTS) }
}

/** In the language of `texts`. */
export function textOf(
  code: ImportCode,
  values: Saying['values'],
  texts: Readonly<Record<ImportCode, string>>,
): string {
  const codes: readonly ImportCode[] = values.moved === undefined ? [code] : [code, 'stock_moved']
  return codes.map((each) => filled(texts[each], values)).join(' ')
}

const filled = (text: string, values: Saying['values']): string =>
  text.replaceAll(/\{(\w+)\}/g, (_place, name: string) => String(values[name] ?? ''))
