/** Out of the lists of passwords that were stolen and published: what stands in them most often, in India too. */
export const commonWords: readonly string[] =
  `password passwort passcode welcome admin administrator login letmein access secret changeme default guest test
  user master root temp hello love iloveyou lovely loveyou baby babygirl angel princess queen king prince sunshine summer
  winter spring autumn monkey dragon tiger lion eagle shadow superman batman spiderman pokemon naruto starwars football
  baseball cricket hockey soccer basketball liverpool arsenal chelsea barcelona michael michelle jennifer jessica jordan
  charlie daniel andrew thomas ashley nicole hunter killer freedom whatever nothing computer internet google facebook
  samsung nokia apple android windows microsoft trustno cheese chocolate butterfly flower orange purple banana cookie
  pepper ginger silver golden diamond money lucky happy friend friends family mother father mummy daddy jesus christ
  india indian bharat krishna hanuman ganesh lakshmi shiva sairam shriram jaishreeram mahadev allah bismillah rahul priya
  pooja deepak sachin kohli dhoni mumbai delhi kolkata chennai bangalore hyderabad peerlearn learn teacher student school
  college class qwert qwerty qazwsx zaqwsx zaq12wsx 1qaz2wsx 1qaz 2wsx 3edc 1q2w3e4r5t 1q2w3e4r 1q2w3e a1b2c3d4 a1b2c3 abc
  q1w2e3r4 asdf zxcv monday friday january december`.split(/\s+/)
