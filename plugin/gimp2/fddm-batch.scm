; fddm-batch.scm: FDDM Denoise for many files and FDDM Generate into a folder, on GIMP 2.10.
; SPDX-License-Identifier: Apache-2.0

; DIGITS with a decimal point. Where the decimal sign is a comma, number->string writes "5,5.0".
(define (fddm-batch-point digits comma)
  (cond ((null? digits) '())
        ((char=? (car digits) #\,) (cons #\. (fddm-batch-point (cdr digits) #t)))
        ((and comma (char=? (car digits) #\.)) '())
        (else (cons (car digits) (fddm-batch-point (cdr digits) comma)))))

; The text of a value for the plug-in.
(define (fddm-batch-text value)
  (cond ((number? value) (list->string (fddm-batch-point (string->list (number->string value)) #f)))
        ((string? value) value)
        (value "1")
        (else "0")))

; The words "name=value" for the values that are given, at most one for each name.
(define (fddm-batch-settings names values)
  (cond ((null? values) "")
        ((null? names) (error "Too many arguments"))
        (else (string-append " " (car names) "=" (fddm-batch-text (car values))
                             (fddm-batch-settings (cdr names) (cdr values))))))

; What WORK returns. If the plug-in crashes, its images are removed, and the problem is returned.
(define (fddm-batch-try work)
  (let* ((images (lambda () (vector->list (cadr (gimp-image-list)))))
         (before (images))
         (problem (catch #f (work))))
    (if (string? problem)
        problem
        (begin
          (for-each (lambda (image) (if (not (memv image before)) (gimp-image-delete image))) (images))
          "the plug-in crashed"))))

; Calls WORK with each of ITEMS and counts the empty strings that it returns. Others are reported after the item's text.
(define (fddm-batch-run name items text work)
  (let ((done 0)
        (failed 0))
    (while (pair? items)
      (let ((problem (fddm-batch-try (lambda () (work (car items))))))
        (if (string=? problem "")
            (set! done (+ done 1))
            (begin
              (set! failed (+ failed 1))
              (gimp-message (string-append (text (car items)) ": " problem)))))
      (set! items (cdr items)))
    (gimp-message (string-append name ": " (number->string done) " done, " (number->string failed) " failed"))))

; (fddm-batch-denoise "photos/*.jpg" "out" 0 100 100 0 "balanced" "auto" 0)
; (fddm-batch-denoise "photos/*.jpg" "out" 0 100 100 0 "balanced" "auto" 0 150 100 50)    ; with coarse, medium, fine
;
; Denoises each file that matches the pattern and saves the result in the folder, under the name of the file. Reports files
; that fail and continues. The last message is "fddm-batch-denoise: 3 done, 1 failed". Quality and device are names or numbers.

(define (fddm-batch-denoise pattern folder noise luma chroma detail quality device seed . bands)
  (let ((settings (string-append (fddm-batch-settings '("noise" "luma" "chroma" "detail" "quality" "device" "seed")
                                                      (list noise luma chroma detail quality device seed))
                                 (fddm-batch-settings '("coarse" "medium" "fine") bands)))
        (files (plug-in-fddm-list-files pattern folder)))
    (fddm-batch-run "fddm-batch-denoise"
                    (map cons (cadr files) (cadddr files)) ; each with its problem
                    car
                    (lambda (file)
                      (if (string=? (cdr file) "")
                          (car (plug-in-fddm-denoise-file (car file) folder settings))
                          (cdr file))))))

; Seed K of a series: after 2147483647 comes 0, as in the menu and the program. If FIRST is out of range, each is, and fails.
(define (fddm-batch-seed first k)
  (cond ((or (< first 0) (> first 2147483647)) first)
        ((> k (- 2147483647 first)) (- k (- 2147483647 first) 1))
        (else (+ first k))))

; (fddm-batch-generate "texture" "wood" 512 512 20 TRUE 4 "out" 0)
; (fddm-batch-generate "texture" "wood" 512 512 20 TRUE 4 "out" 0 0.5 "cpu")    ; with eta and device
; (fddm-batch-generate "texture" "" 512 512 20 TRUE 4 "out" 0 1 "auto" "stones.jpg" 70 "roughness" 100 "opengl")
;
; Saves four textures of wood as out/wood-0.png to out/wood-3.png; the number is the seed. Arguments: model, subject ("" =
; any), width, height, steps, tileable (whether opposite edges meet), number of pictures, folder, first seed. More may follow, as
; many as are needed: eta, device, picture of the material to make more of ("" = none), closeness, maps, map-strength, normals.
; Maps are saved beside the picture, as in out/stones-0-height.png. The last message is "fddm-batch-generate: 4 done, 0 failed".

(define (fddm-batch-generate model subject width height steps tileable count folder seed . more)
  (let* ((like (if (> (length more) 2) (caddr more) ""))
         (others (if (> (length more) 2) (append (list (car more) (cadr more)) (cdddr more)) more))
         (settings (string-append (fddm-batch-settings '("width" "height" "steps" "tileable")
                                                       (list width height steps tileable))
                                  (fddm-batch-settings '("eta" "device" "closeness" "maps" "map-strength" "normals") others)
                                  " seed="))
         (seeds '()))
    (while (> count 0)
      (set! count (- count 1))
      (set! seeds (cons (fddm-batch-seed seed count) seeds)))
    (fddm-batch-run "fddm-batch-generate"
                    seeds
                    (lambda (seed) (string-append "seed " (number->string seed)))
                    (lambda (seed)
                      (car (plug-in-fddm-generate-file model subject folder (string-append settings (number->string seed))
                                                       like))))))
