/** What the shop is called on its pages. */
export const SHOP_NAME = 'Fairhold'
