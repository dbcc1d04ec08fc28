/** What the reader of Bicep files does not understand, or what the files themselves refuse; it names the file and the line. */

export interface Place {
  readonly file: string;
  readonly line: number;
}

export class BicepError extends Error {
  constructor(message: string, { file, line }: Place) {
    super(`${file}:${line}: ${message}`);
    this.name = 'BicepError';
  }
}
