/** A store of texts by key that several instances share; those of unstorage fit, and so does `localStorage`. */
export interface RobotStore {
  getItem(key: string): unknown;
  setItem(key: string, value: string): unknown;
}
