declare const __FILES__: string[];
declare const __BUILD__: string;
console.debug(__BUILD__, __FILES__);
export {};
