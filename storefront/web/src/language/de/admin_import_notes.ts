/** They are those of the CSV of all notes, too. */
export { IMPORT_TEXTS_DE as noteTexts } from '@shop/client/generated/import_texts_de'
