; fddm-batch.scm: FDDM Denoise for many files and FDDM Generate into a folder, on GIMP 2.10.
; SPDX-License-Identifier: Apache-2.0
;
; (fddm-batch-denoise "photos/*.jpg" "out" 0 100 100 0 "balanced" "auto" 0)
; (fddm-batch-denoise "photos/*.jpg" "out" 0 100 100 0 "balanced" "auto" 0 150 100 50)    ; with coarse, medium, fine
;
; Denoises each file that matches the pattern and saves the result in the folder, under the name of the file. Reports files
; that fail and continues. The last message is "fddm-batch-denoise: 3 done, 1 failed". Quality and device are names or numbers.

(define (fddm-batch-denoise pattern folder noise luma chroma detail quality device seed . bands)
  (let* ((text (lambda (value) (if (number? value) (number->string value) value)))
         (settings (string-append "noise=" (text noise) " luma=" (text luma) " chroma=" (text chroma)
                                  " detail=" (text detail) " quality=" (text quality) " device=" (text device)
                                  " seed=" (text seed)
                                  (if (pair? bands)
                                      (string-append " coarse=" (text (car bands)) " medium=" (text (cadr bands))
                                                     " fine=" (text (caddr bands)))
                                      "")))
         (files (cadr (file-glob pattern 1)))
         (done 0)
         (failed 0))
    (while (pair? files)
      (let ((problem (car (plug-in-fddm-denoise-file (car files) folder settings))))
        (if (string=? problem "")
            (set! done (+ done 1))
            (begin
              (set! failed (+ failed 1))
              (gimp-message (string-append (car files) ": " problem)))))
      (set! files (cdr files)))
    (if (= 0 (+ done failed))
        (begin
          (set! failed 1)
          (gimp-message (string-append pattern ": no such file"))))
    (gimp-message (string-append "fddm-batch-denoise: " (number->string done) " done, "
                                 (number->string failed) " failed"))))

; (fddm-batch-generate "texture" "wood" 512 512 20 TRUE 4 "out" 0)
; (fddm-batch-generate "texture" "wood" 512 512 20 TRUE 4 "out" 0 0.5 "cpu")    ; with eta and device
;
; Saves four textures of wood as out/wood-0.png to out/wood-3.png; the number is the seed. Arguments: model, subject ("" =
; any), width, height, steps, tileable (whether opposite edges meet), number of pictures, folder, first seed. The last message is
; "fddm-batch-generate: 4 done, 0 failed".

(define (fddm-batch-generate model subject width height steps tileable count folder seed . more)
  (let* ((text (lambda (value) (cond ((number? value) (number->string value))
                                     ((string? value) value)
                                     (value "1")
                                     (else "0"))))
         (common (string-append "width=" (text width) " height=" (text height) " steps=" (text steps)
                                " tileable=" (text tileable)
                                (if (pair? more)
                                    (string-append " eta=" (text (car more)) " device=" (text (cadr more)))
                                    "")))
         (last (+ seed count))
         (done 0)
         (failed 0))
    (while (< seed last)
      (let* ((settings (string-append common " seed=" (number->string seed)))
             (problem (car (plug-in-fddm-generate-file model subject folder settings))))
        (if (string=? problem "")
            (set! done (+ done 1))
            (begin
              (set! failed (+ failed 1))
              (gimp-message (string-append "seed " (number->string seed) ": " problem)))))
      (set! seed (+ seed 1)))
    (gimp-message (string-append "fddm-batch-generate: " (number->string done) " done, "
                                 (number->string failed) " failed"))))
