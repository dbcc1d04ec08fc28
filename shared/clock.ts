/** The time, handed in wherever it matters so that tests can set it. Epoch milliseconds. */
export type Clock = () => number;

export const seconds = 1000;
export const minutes = 60 * seconds;
export const hours = 60 * minutes;
