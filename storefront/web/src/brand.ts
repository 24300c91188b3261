/** The name of the shop on its pages. */
export const SHOP_NAME = 'Fairhold'
